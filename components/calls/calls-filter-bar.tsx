"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { useTRPC } from "@/components/api/client";
import { type CallFilter, isFiltered, outcomes } from "@/components/calls/call-filter";
import { outcomeWords } from "@/components/calls/outcome-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";

type Set = (changes: Readonly<Record<string, string | undefined>>, how?: "push" | "replace") => void;
type Props = Readonly<{ filter: CallFilter; set: Set }>;

const anyOutcome = { value: "", label: "Any outcome" };
const outcomeChoices = [anyOutcome, ...outcomes.map((value) => ({ value, label: outcomeWords(value).word }))];

/** Takes every filter out, and the page with them. */
export const noFilter = {
  q: undefined,
  outcome: undefined,
  extension: undefined,
  from: undefined,
  to: undefined,
  before: undefined,
};

/** The filter as controls; each writes itself into the address. */
export function CallsFilterBar({ filter, set }: Props) {
  const { tenantSlug, can } = useScope();
  const { data } = useQuery(
    useTRPC().extensions.list.queryOptions({ tenantSlug }, { enabled: can("extensions.read") }),
  );
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  const extensions = [
    { value: "", label: "Any extension" },
    ...(data?.items ?? []).map((item) => ({ value: item.id, label: `${item.number} ${item.displayName}` })),
  ];
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
        className="w-full sm:w-64"
        label="Number, name or call ID"
        onValue={search}
        value={filter.text ?? ""}
      />
      <Select
        choices={outcomeChoices}
        label="Outcome"
        labelHidden
        name="outcome"
        onChange={(event) => set({ outcome: event.target.value, before: undefined })}
        value={filter.outcome ?? ""}
      />
      <Select
        choices={extensions}
        className="max-w-48"
        label="Extension"
        labelHidden
        name="extension"
        onChange={(event) => set({ extension: event.target.value, before: undefined })}
        value={filter.extensionId ?? ""}
      />
      {day("from", "From")}
      {day("to", "to")}
      {isFiltered(filter) && (
        <Button look="quiet" onClick={() => set(noFilter)}>
          Clear filter
        </Button>
      )}
    </>
  );
}
