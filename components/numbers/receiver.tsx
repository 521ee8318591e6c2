"use client";

import { useState } from "react";

import { TenantField } from "@/components/tenants/tenant-field";

/** The tenant below that something is given to, as a field of the form. */
export function Receiver({ placeholder }: Readonly<{ placeholder: string }>) {
  const [slug, setSlug] = useState<string>();
  return (
    <TenantField
      hint="It rings nowhere until they choose an extension."
      label="For"
      name="toTenantSlug"
      onValue={(tenant) => setSlug(tenant?.slug)}
      placeholder={placeholder}
      value={slug}
    />
  );
}
