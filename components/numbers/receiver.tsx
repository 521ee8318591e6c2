"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { type Choice, Select } from "@/components/ui/select";

/** The tenants below that can be given something. */
export function useReceivers(): readonly Choice[] {
  const { tenantSlug } = useScope();
  const tree = useQuery(useTRPC().tenants.tree.queryOptions({ tenantSlug }));
  return (tree.data?.items ?? [])
    .filter(({ slug }) => slug !== tenantSlug)
    .map(({ slug, name }) => ({ value: slug, label: name }));
}

export const Receiver = ({ choices, first }: Readonly<{ choices: readonly Choice[]; first?: boolean }>) => (
  <Select
    choices={choices}
    data-first={first ? "" : undefined}
    hint="It rings nowhere until they choose an extension."
    label="For"
    name="toTenantSlug"
  />
);
