"use client";

import { useCallback } from "react";

import { useScope } from "@/components/shell/scope";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useParamsState } from "@/components/ui/use-params-state";
import { type Message, msg, say, t } from "@/server/kernel/words";

const kinds: readonly Choice[] = [
  { value: "", label: msg("Months and others") },
  { value: "month", label: msg("Months") },
  { value: "range", label: msg("Made on request") },
];
const sides: readonly Choice[] = [
  { value: "own", label: msg("Yours") },
  { value: "sold", label: msg("Of your customers") },
];

type Choice = Readonly<{ value: string; label: Message }>;
type Props = Readonly<{ side: "own" | "sold"; years: readonly number[] }>;

const said = (choices: readonly Choice[]) => choices.map(({ value, label }) => ({ value, label: say(label) }));

/** The filter as controls; each writes itself into the address. */
export function StatementFilter({ side, years }: Props) {
  const { tenant } = useScope();
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  const choose = (name: string) => (event: { target: { value: string } }) =>
    set({ [name]: event.target.value || undefined, before: undefined });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {side === "sold" && (
        <SearchBox
          className="w-full sm:w-56"
          label={t("Number or customer")}
          onValue={search}
          value={params.get("q") ?? ""}
        />
      )}
      {tenant.kind === "reseller" && (
        <Select
          choices={said(sides)}
          label={t("Whose")}
          labelHidden
          name="side"
          onChange={(event) => set({ side: event.target.value, q: undefined, before: undefined })}
          value={side}
        />
      )}
      <Select
        choices={said(kinds)}
        label={t("Kind")}
        labelHidden
        name="kind"
        onChange={choose("kind")}
        value={params.get("kind") ?? ""}
      />
      <Select
        choices={[
          { value: "", label: t("Any year") },
          ...years.map((year) => ({ value: String(year), label: String(year) })),
        ]}
        label={t("Year")}
        labelHidden
        name="year"
        onChange={choose("year")}
        value={params.get("year") ?? ""}
      />
    </div>
  );
}
