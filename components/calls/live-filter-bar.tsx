"use client";

import { useCallback } from "react";

import { isNarrowed, type LiveFilter } from "@/components/calls/live-filter";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";

type Set = (changes: Readonly<Record<string, string | undefined>>, how?: "push" | "replace") => void;
type Props = Readonly<{ filter: LiveFilter; set: Set; withTenant: boolean }>;

const states = [
  { value: "", label: "Ringing and talking" },
  { value: "live", label: "Talking" },
  { value: "ringing", label: "Ringing" },
];
const lengths = [
  { value: "", label: "Any length" },
  ...[1, 5, 15, 60].map((minutes) => ({
    value: String(minutes),
    label: minutes === 1 ? "Longer than a minute" : `Longer than ${minutes} minutes`,
  })),
];

/** The filter of the live calls as controls; each writes itself into the address. */
export function LiveFilterBar({ filter, set, withTenant }: Props) {
  const search = useCallback((q: string) => set({ q }, "replace"), [set]);
  return (
    <>
      <SearchBox
        className="w-full sm:w-64"
        label={withTenant ? "Number, name or tenant" : "Number or name"}
        onValue={search}
        value={filter.text}
      />
      <Select
        choices={states}
        label="State"
        labelHidden
        name="state"
        onChange={(event) => set({ state: event.target.value })}
        value={filter.state}
      />
      <Select
        choices={lengths}
        label="Length"
        labelHidden
        name="minutes"
        onChange={(event) => set({ minutes: event.target.value })}
        value={filter.minutes ? String(filter.minutes) : ""}
      />
      {isNarrowed(filter) && (
        <Button look="quiet" onClick={() => set({ q: undefined, state: undefined, minutes: undefined })}>
          Clear filter
        </Button>
      )}
    </>
  );
}
