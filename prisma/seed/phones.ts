import { auditOfDestinations, saveDestinations } from "@/server/domain/destinations/destinations";
import { createExtension, suspendExtension } from "@/server/domain/provisioning/extensions";
import type { Db } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";

import { demoChange } from "./people";
import type { DemoTenant } from "./story";

export type DemoPhone = Readonly<{
  tenantSlug: string;
  number: string;
  name: string;
  sipUsername: string;
  secret: string;
  suspended: boolean;
}>;

/** The tenant's extensions. Their secrets are kept for the demo's own phones, which must register like any other. */
export async function makePhones(db: Db, tenantId: TenantId, tenant: DemoTenant): Promise<DemoPhone[]> {
  const phones: DemoPhone[] = [];
  for (const [number, displayName, { suspended = false, callerId } = {}] of tenant.phones) {
    const made = await demoChange(db, tenantId, "extension.create", async (tx) => {
      const phone = await createExtension(tx, tenantId, { number, displayName, callerId });
      return { subject: `extension:${phone.id}`, after: { number, displayName }, result: phone };
    });
    if (suspended) {
      await demoChange(db, tenantId, "extension.suspend", async (tx) => {
        const before = await suspendExtension(tx, tenantId, made.id);
        return { subject: `extension:${made.id}`, before, after: { ...before, state: "suspended" }, result: undefined };
      });
    }
    const { sipUsername, secret } = made;
    phones.push({
      tenantSlug: tenant.slug,
      number,
      name: displayName,
      sipUsername,
      secret: secret.reveal(),
      suspended,
    });
  }
  return phones;
}

export async function openCountries(db: Db, tenantId: TenantId, tenant: DemoTenant): Promise<void> {
  for (const country of tenant.open) {
    await demoChange(db, tenantId, "destination.allow", async (tx) => {
      const changes = [{ country, numbers: "normal", open: true }] as const;
      const saved = await saveDestinations(tx, tenantId, { reach: "own", changes });
      return { ...auditOfDestinations("own", saved), result: undefined };
    });
  }
}
