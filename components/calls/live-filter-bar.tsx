"use client";

import { useCallback } from "react";

import { isNarrowed, type LiveFilter } from "@/components/calls/live-filter";
import { Button } from "@/components/ui/button";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

type Set = (changes: Readonly<Record<string, string | undefined>>, how?: "push" | "replace") => void;
type Props = Readonly<{ filter: LiveFilter; set: Set; withTenant: boolean }>;

const states = () => [
  { value: "", label: t("Ringing and talking") },
  { value: "live", label: t("Talking") },
  { value: "ringing", label: t("Ringing") },
];
const lengths = () => [
  { value: "", label: t("Any length") },
  ...[1, 5, 15, 60].map((minutes) => ({
    value: String(minutes),
    label: t("{minutes, plural, one {Longer than a minute} other {Longer than # minutes}}", { minutes }),
  })),
];

/** The filter of the live calls as controls; each writes itself into the address. */
export function LiveFilterBar({ filter, set, withTenant }: Props) {
  const search = useCallback((q: string) => set({ q }, "replace"), [set]);
  return (
    <>
      <SearchBox
        className="w-full sm:w-64"
        label={withTenant ? t("Number, name or tenant") : t("Number or name")}
        onValue={search}
        value={filter.text}
      />
      <Select
        choices={states()}
        label={t("State")}
        labelHidden
        name="state"
        onChange={(event) => set({ state: event.target.value })}
        value={filter.state}
      />
      <Select
        choices={lengths()}
        label={t("Length")}
        labelHidden
        name="minutes"
        onChange={(event) => set({ minutes: event.target.value })}
        value={filter.minutes ? String(filter.minutes) : ""}
      />
      {isNarrowed(filter) && (
        <Button look="quiet" onClick={() => set({ q: undefined, state: undefined, minutes: undefined })}>
          {t("Clear filter")}
        </Button>
      )}
    </>
  );
}
