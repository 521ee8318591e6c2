"use client";

import { useState } from "react";

import { TenantField } from "@/components/tenants/tenant-field";
import { t } from "@/server/kernel/words";

/** The tenant below that something is given to, as a field of the form. */
export function Receiver({ placeholder }: Readonly<{ placeholder: string }>) {
  const [slug, setSlug] = useState<string>();
  return (
    <TenantField
      hint={t("It rings nowhere until they choose an extension.")}
      label={t("For")}
      name="toTenantSlug"
      onValue={(tenant) => setSlug(tenant?.slug)}
      placeholder={placeholder}
      value={slug}
    />
  );
}
