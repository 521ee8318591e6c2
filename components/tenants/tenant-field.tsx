"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { useScope } from "@/components/shell/scope";
import { Combobox, type Option } from "@/components/ui/combobox";

export type PickedTenant = Outputs["tenants"]["pick"]["items"][number];

type Props = Readonly<{
  label: string;
  labelHidden?: boolean;
  hint?: string;
  problem?: string | undefined;
  name?: string;
  placeholder: string;
  /** The short name of what is chosen. */
  value: string | undefined;
  /** Only those directly below, and of this currency. */
  direct?: boolean;
  currency?: string;
  onValue: (tenant: PickedTenant | undefined) => void;
  className?: string;
  /** What stands beside a name; its short name by itself. */
  detailOf?: (tenant: PickedTenant) => string;
}>;

/** Chooses one of the tenants below, of which there may be thousands: what is typed is looked for by the server. */
export function TenantField({ value, direct, currency, onValue, detailOf = ({ slug }) => slug, ...field }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const [text, setText] = useState<string>();
  const narrowed = { tenantSlug, ...(direct ? { direct } : {}), ...(currency ? { currency } : {}) };
  const found = useQuery(
    trpc.tenants.pick.queryOptions(
      { ...narrowed, ...(text ? { text } : {}) },
      { enabled: text !== undefined, placeholderData: keepPreviousData },
    ),
  );
  const one = useQuery(
    trpc.tenants.pick.queryOptions({ ...narrowed, slug: value ?? "-" }, { enabled: Boolean(value) }),
  );
  const optionOf = (tenant: PickedTenant): Option => ({
    value: tenant.slug,
    label: tenant.name,
    detail: detailOf(tenant),
  });
  const items = found.data?.items;
  const known = [...(items ?? []), ...(one.data?.items ?? [])].find(({ slug }) => slug === value);
  return (
    <Combobox
      {...field}
      chosen={known ? optionOf(known) : value ? { value, label: value } : undefined}
      more={found.data?.more ?? false}
      onChoose={(option) => onValue(items?.find(({ slug }) => slug === option?.value))}
      onText={setText}
      options={items?.map(optionOf)}
    />
  );
}
