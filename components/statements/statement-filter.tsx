"use client";

import { useCallback } from "react";

import { useScope } from "@/components/shell/scope";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useParamsState } from "@/components/ui/use-params-state";

const kinds = [
  { value: "", label: "Months and others" },
  { value: "month", label: "Months" },
  { value: "range", label: "Made on request" },
];
const sides = [
  { value: "own", label: "Yours" },
  { value: "sold", label: "Of your customers" },
];

type Props = Readonly<{ side: "own" | "sold"; years: readonly number[] }>;

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
          label="Number or customer"
          onValue={search}
          value={params.get("q") ?? ""}
        />
      )}
      {tenant.kind === "reseller" && (
        <Select
          choices={sides}
          label="Whose"
          labelHidden
          name="side"
          onChange={(event) => set({ side: event.target.value, q: undefined, before: undefined })}
          value={side}
        />
      )}
      <Select
        choices={kinds}
        label="Kind"
        labelHidden
        name="kind"
        onChange={choose("kind")}
        value={params.get("kind") ?? ""}
      />
      <Select
        choices={[
          { value: "", label: "Any year" },
          ...years.map((year) => ({ value: String(year), label: String(year) })),
        ]}
        label="Year"
        labelHidden
        name="year"
        onChange={choose("year")}
        value={params.get("year") ?? ""}
      />
    </div>
  );
}
