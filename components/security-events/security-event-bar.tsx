"use client";

import { useCallback } from "react";

import { noFilter, severityChoices, typeChoices } from "@/components/security-events/security-event-filter";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
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
      {Object.keys(filter).length > 0 && (
        <Button look="quiet" onClick={() => set(noFilter)}>
          {t("Clear filter")}
        </Button>
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
