"use client";

import { useCallback } from "react";

import { noFilter, outcomeChoices } from "@/components/audit/audit-filter";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import type { TrailFilter } from "@/server/domain/audit/trail.schema";
import { t } from "@/server/kernel/words";

type Set = (changes: Readonly<Record<string, string | undefined>>, how?: "push" | "replace") => void;
type Props = Readonly<{ filter: TrailFilter; set: Set }>;

/** The filter as controls; each writes itself into the address. */
export function AuditFilterBar({ filter, set }: Props) {
  const byAction = useCallback((action: string) => set({ action, before: undefined }, "replace"), [set]);
  const byActor = useCallback((actor: string) => set({ actor, before: undefined }, "replace"), [set]);
  const byAbout = useCallback((about: string) => set({ about, before: undefined }, "replace"), [set]);
  const day = (name: "from" | "to", label: string) => (
    <label className="flex items-center gap-2 text-ink-2">
      {label}
      <input
        className="control w-36"
        defaultValue={filter[name] ?? ""}
        key={filter[name] ?? ""}
        onChange={(event) => set({ [name]: event.target.value, before: undefined })}
        type="date"
      />
    </label>
  );
  return (
    <>
      <SearchBox
        className="w-full sm:w-56"
        label={t("Action, such as extension")}
        onValue={byAction}
        value={filter.action ?? ""}
      />
      <SearchBox className="w-full sm:w-40" label={t("Who")} onValue={byActor} value={filter.actor ?? ""} />
      <SearchBox
        className="w-full sm:w-56"
        label={t("Subject, request or address")}
        onValue={byAbout}
        value={filter.about ?? ""}
      />
      <Select
        choices={outcomeChoices()}
        label={t("Outcome")}
        labelHidden
        name="outcome"
        onChange={(event) => set({ outcome: event.target.value, before: undefined })}
        value={filter.outcome ?? ""}
      />
      <span className="flex flex-wrap items-center gap-2">
        {day("from", t("day|From"))}
        {day("to", t("day|to"))}
      </span>
      {Object.keys(filter).length > 0 && (
        <Button look="quiet" onClick={() => set(noFilter)}>
          {t("Clear filter")}
        </Button>
      )}
    </>
  );
}
