"use client";

import { useCallback } from "react";

import type { tenantListInput } from "@/components/tenants/tenant-list-input";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useParamsState } from "@/components/ui/use-params-state";
import { INACTIVE_DAYS, LOW_RUNWAY_DAYS } from "@/server/domain/tenancy/tenant-view.schema";
import { t } from "@/server/kernel/words";

const views = () => [
  { value: "", label: t("All tenants") },
  {
    value: "runway",
    label: t("{days, plural, one {Credit for less than # day} other {Credit for less than # days}}", {
      days: LOW_RUNWAY_DAYS,
    }),
  },
  { value: "incidents", label: t("Open incidents") },
  {
    value: "inactive",
    label: t("{days, plural, one {No call charged in # day} other {No call charged in # days}}", {
      days: INACTIVE_DAYS,
    }),
  },
  { value: "negative", label: t("Negative margin") },
];
const sorts = () => [
  { value: "", label: t("By name") },
  { value: "balance", label: t("Least credit first") },
  { value: "runway", label: t("Shortest runway first") },
  { value: "spent", label: t("Most spent today first") },
  { value: "calls", label: t("Most calls first") },
  { value: "margin", label: t("Lowest margin first") },
  { value: "created", label: t("Newest first") },
];

/** Which tenants, and where not every column has its head, in which order; each choice writes itself into the address. */
export function TenantsFilter({ input }: Readonly<{ input: ReturnType<typeof tenantListInput> }>) {
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, after: undefined }, "replace"), [set]);
  const choose = (name: string) => (event: React.ChangeEvent<HTMLSelectElement>) =>
    set({ [name]: event.target.value || undefined, after: undefined });
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox
        className="w-full sm:w-64"
        label={t("Company or short name")}
        onValue={search}
        value={params.get("q") ?? ""}
      />
      <Select
        choices={views()}
        label={t("Show")}
        labelHidden
        name="view"
        onChange={choose("view")}
        value={input.view === "all" ? "" : input.view}
      />
      <div className="xl:hidden">
        <Select
          choices={[
            ...sorts(),
            ...(input.sort.startsWith("-") ? [{ value: input.sort, label: t("The other way round") }] : []),
          ]}
          label={t("Order")}
          labelHidden
          name="sort"
          onChange={choose("sort")}
          value={input.sort === "name" ? "" : input.sort}
        />
      </div>
    </div>
  );
}
