"use client";

import { useCallback } from "react";

import {
  facetText,
  letIn,
  noFilter,
  severityChoices,
  typeChoices,
} from "@/components/security-events/security-event-filter";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { dayText, timeText } from "@/components/ui/clock-text";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import { leftOut } from "@/server/domain/security-events/security-event-kinds.schema";
import { t } from "@/server/kernel/words";

type Set = (changes: Readonly<Record<string, string | undefined>>, how?: "push" | "replace") => void;
type Props = Readonly<{
  filter: SecurityEventFilter;
  set: Set;
  /** Whether there may be tenants below. */
  above: boolean;
}>;

/** The filter as controls; each writes itself into the address. */
export function SecurityEventBar({ filter, set, above }: Props) {
  const byAddress = useCallback((address: string) => set({ address, before: undefined }, "replace"), [set]);
  const byAccount = useCallback((account: string) => set({ account, before: undefined }, "replace"), [set]);
  const byTenant = useCallback((tenant: string) => set({ tenant, before: undefined }, "replace"), [set]);
  return (
    <>
      <SearchBox
        className="w-full sm:w-52"
        label={t("Address or network")}
        onValue={byAddress}
        value={filter.address ?? ""}
      />
      <SearchBox className="w-full sm:w-40" label={t("User name")} onValue={byAccount} value={filter.account ?? ""} />
      {above && (
        <SearchBox
          className="w-full sm:w-56"
          label={t("Short name of a tenant")}
          onValue={byTenant}
          value={filter.tenant ?? ""}
        />
      )}
      <Select
        choices={typeChoices()}
        label={t("What")}
        labelHidden
        name="type"
        onChange={(event) => set({ type: event.target.value, before: undefined })}
        value={filter.type ?? ""}
      />
      <Select
        choices={severityChoices()}
        label={t("Severity")}
        labelHidden
        name="severity"
        onChange={(event) => set({ severity: event.target.value, before: undefined })}
        value={filter.severity ?? ""}
      />
      <span className="flex flex-wrap items-center gap-2">
        <Day label={t("day|From")} name="from" set={set} value={filter.from} />
        <Day label={t("day|to")} name="to" set={set} value={filter.to} />
      </span>
      <Narrowed filter={filter} set={set} />
      {Object.keys(filter).length > 0 && (
        <Button look="quiet" onClick={() => set(noFilter)}>
          {t("Clear filter")}
        </Button>
      )}
    </>
  );
}

/** What narrows the list and has no control of its own: each is taken away by a press. */
function Narrowed({ filter, set }: Readonly<{ filter: SecurityEventFilter; set: Set }>) {
  const { timeZone } = useScope();
  const { since, until, transport } = filter;
  const clock = (at: string) => `${dayText(new Date(at), timeZone)} ${timeText(new Date(at), timeZone)}`;
  const away = (label: string, changes: Readonly<Record<string, undefined | string>>) => (
    <Button key={label} onClick={() => set({ ...changes, before: undefined })}>
      {label} ✕
    </Button>
  );
  return (
    <>
      {since &&
        until &&
        away(t("{from} to {until}", { from: clock(since), until: clock(until) }), {
          since: undefined,
          until: undefined,
        })}
      {transport && away(transport, { transport: undefined })}
      {leftOut(filter.not).map((one) =>
        away(t("Not {what}", { what: facetText(one.kind, one.value) }), letIn(filter, one)),
      )}
    </>
  );
}

type DayProps = Readonly<{ name: "from" | "to"; label: string; value: string | undefined; set: Set }>;

function Day({ name, label, value, set }: DayProps) {
  return (
    <label className="flex items-center gap-2 text-ink-2">
      {label}
      <input
        className="control w-36"
        defaultValue={value ?? ""}
        key={value ?? ""}
        onChange={(event) => set({ [name]: event.target.value, before: undefined })}
        type="date"
      />
    </label>
  );
}
