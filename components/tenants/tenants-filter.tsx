"use client";

import { useCallback } from "react";

import type { tenantListInput } from "@/components/tenants/tenant-list-input";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useParamsState } from "@/components/ui/use-params-state";
import { INACTIVE_DAYS, LOW_RUNWAY_DAYS } from "@/server/domain/tenancy/tenant-view.schema";

const views = [
  { value: "", label: "All tenants" },
  { value: "runway", label: `Credit for less than ${LOW_RUNWAY_DAYS} days` },
  { value: "incidents", label: "Open incidents" },
  { value: "inactive", label: `No call charged in ${INACTIVE_DAYS} days` },
  { value: "negative", label: "Negative margin" },
];
const sorts = [
  { value: "", label: "By name" },
  { value: "balance", label: "Least credit first" },
  { value: "runway", label: "Shortest runway first" },
  { value: "spent", label: "Most spent today first" },
  { value: "calls", label: "Most calls first" },
  { value: "margin", label: "Lowest margin first" },
  { value: "created", label: "Newest first" },
];

/** Which tenants, and in which order; each choice writes itself into the address. */
export function TenantsFilter({ input }: Readonly<{ input: ReturnType<typeof tenantListInput> }>) {
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, after: undefined }, "replace"), [set]);
  const choose = (name: string) => (event: React.ChangeEvent<HTMLSelectElement>) =>
    set({ [name]: event.target.value || undefined, after: undefined });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox
        className="w-full sm:w-64"
        label="Company or short name"
        onValue={search}
        value={params.get("q") ?? ""}
      />
      <Select
        choices={views}
        label="Show"
        labelHidden
        name="view"
        onChange={choose("view")}
        value={input.view === "all" ? "" : input.view}
      />
      <Select
        choices={sorts}
        label="Order"
        labelHidden
        name="sort"
        onChange={choose("sort")}
        value={input.sort === "name" ? "" : input.sort}
      />
    </div>
  );
}
