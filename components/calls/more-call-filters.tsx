"use client";

import { type FormEvent, useId } from "react";

import { type CallFilter, directions } from "@/components/calls/call-filter";
import { countryChoices } from "@/components/calls/country-choices";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { type RefusalCode, refusals } from "@/server/kernel/refusals";
import { msg, say, t } from "@/server/kernel/words";

type Set = (changes: Readonly<Record<string, string | undefined>>) => void;
type Props = Readonly<{ filter: CallFilter; set: Set; close: () => void }>;

const words = { out: msg("Outgoing"), in: msg("Incoming"), internal: msg("Internal") } as const;
const directionChoices = () => [
  { value: "", label: t("Any direction") },
  ...directions.map((value) => ({ value, label: say(words[value]) })),
];
const reasonChoices = () => [
  { value: "", label: t("Any reason") },
  ...(Object.keys(refusals) as RefusalCode[]).map((code) => ({
    value: code,
    label: `${code} ${say(refusals[code].sentence)}`,
  })),
];

/** What is asked for less often than number, outcome, extension and days. It takes effect as a whole. */
export function MoreCallFilters({ filter, set, close }: Props) {
  const { tenant } = useScope();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const given = (name: string): string | undefined => String(data.get(name) ?? "").trim() || undefined;
    const minutes = Number(given("minutes")?.replace(",", ".") ?? Number.NaN);
    set({
      reason: given("reason"),
      direction: given("direction"),
      country: given("country"),
      cost: given("cost")?.replace(",", "."),
      seconds: minutes > 0 ? String(Math.round(minutes * 60)) : undefined,
      before: undefined,
    });
    close();
  }

  return (
    <form className="grid gap-3" key={JSON.stringify(filter)} onSubmit={submit}>
      <Select
        choices={directionChoices()}
        defaultValue={filter.direction ?? ""}
        label={t("Direction")}
        name="direction"
      />
      <Select choices={reasonChoices()} defaultValue={filter.reason ?? ""} label={t("Reason")} name="reason" />
      <Select
        choices={countryChoices()}
        defaultValue={filter.country ?? ""}
        label={t("Country called")}
        name="country"
      />
      <AtLeast below={tenant.kind !== "customer" && filter.scope !== "own"} filter={filter} />
      <Button look="primary" type="submit">
        {t("Filter calls")}
      </Button>
    </form>
  );
}

function AtLeast({ filter, below }: Pick<Props, "filter"> & Readonly<{ below: boolean }>) {
  const { currency } = useScope();
  const id = useId();
  return (
    <div className="grid grid-cols-2 gap-3">
      <label className="grid gap-1 font-medium" htmlFor={`${id}-cost`}>
        {below ? t("Paid to you at least") : t("Cost at least")}
        <input
          className="control font-normal"
          defaultValue={filter.minCost ?? ""}
          id={`${id}-cost`}
          inputMode="decimal"
          name="cost"
          pattern="\d{1,9}([.,]\d{1,6})?"
          placeholder={`0.50 ${currency}`}
          title={t("An amount such as 0.50")}
        />
      </label>
      <label className="grid gap-1 font-medium" htmlFor={`${id}-minutes`}>
        {t("Minutes at least")}
        <input
          className="control font-normal"
          defaultValue={filter.minSeconds === undefined ? "" : String(filter.minSeconds / 60)}
          id={`${id}-minutes`}
          inputMode="decimal"
          name="minutes"
          pattern="\d{1,4}([.,]\d{1,3})?"
          placeholder="10"
          title={t("Minutes such as 10 or 2.5")}
        />
      </label>
    </div>
  );
}
