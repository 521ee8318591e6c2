import { addNumber, giveNumber, routeNumber } from "@/server/domain/numbers/numbers";
import { getExtensionId } from "@/server/domain/provisioning/extension-list";
import { forTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { Db } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";

import { demoChange } from "./people";
import type { DemoTenant } from "./story";

/** Numbers of the operator that nobody has yet. */
const SPARE = ["493023125000", "494066969000"];

/** Whoever shows a number of its own is reached by it as well. */
export async function makeNumbers(db: Db, root: TenantId, holder: TenantId, tenant: DemoTenant): Promise<void> {
  for (const number of tenant.parent ? [] : SPARE) {
    await demoChange(db, root, "number.add", async (tx) => {
      await addNumber(tx, root, number);
      return { subject: `number:${number}`, result: undefined };
    });
  }
  for (const [extension, , { callerId: number } = {}] of tenant.phones) {
    if (!number) continue;
    await demoChange(db, root, "number.add", async (tx) => {
      await addNumber(tx, root, number);
      await giveNumber(tx, root, { number, id: holder });
      await forTenantBelow(tx, holder, async () =>
        routeNumber(tx, holder, number, await getExtensionId(tx, holder, extension)),
      );
      const after = { to: tenant.slug, extension };
      return { subject: `number:${number}`, after, alsoFor: [holder], result: undefined };
    });
  }
}
