import { forgetByHand, hangUpByHand, rotateByHand } from "@/server/domain/incidents/by-hand.rules";
import type { ContainStep } from "@/server/domain/incidents/containment.schema";
import { phonesOf } from "@/server/domain/incidents/containment-acts";
import { readTenant } from "@/server/infra/db/read-tenant";
import { callsOf } from "@/workers/containment/acts";
import type { Run } from "@/workers/containment/run";

/** The commands that do a step without the portal, as things stand now. */
export async function byHandOf(step: ContainStep, run: Run): Promise<readonly string[]> {
  if (step === "hang_up") return hangUpByHand((await callsOf(run)).map(({ call }) => call));
  if (step !== "rotate" && step !== "contacts") return [];
  const { ctx, containment } = run;
  return readTenant(ctx.db, { tenantId: containment.ofTenantId }, async (tx) => {
    const phones = await phonesOf(tx, containment);
    if (step === "contacts") return forgetByHand(phones.map(({ sipUsername }) => sipUsername));
    const { slug } = await tx.tenant.findUniqueOrThrow({
      where: { id: containment.ofTenantId },
      select: { slug: true },
    });
    return rotateByHand(phones.map(({ number }) => ({ slug, number })));
  });
}
