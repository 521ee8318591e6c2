import { type ContainSum, containSum, type LeftOut, type Previewed } from "@/server/domain/incidents/contain-sum.rules";
import { previewContainment } from "@/server/domain/incidents/containment-list";
import { phonesOf } from "@/server/domain/incidents/containments";
import { isOver } from "@/server/domain/incidents/incident.rules";
import type { IncidentState } from "@/server/domain/incidents/incident.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

/**
 * What it would do now to contain each of several incidents as `startContainment` does without a target, with the counts of all
 * of them. Wants a subtree transaction of the operator; nothing is changed.
 */
export async function previewMany(
  tx: TenantRead,
  tenantId: TenantId,
  incidentIds: readonly string[],
): Promise<ContainSum> {
  const found = await tx.incident.findMany({
    where: { tenantId, id: { in: [...incidentIds] } },
    select: { id: true, state: true, mergedInto: true },
  });
  const previewed: Previewed[] = [];
  const without: { incidentId: string; why: LeftOut }[] = [];
  for (const incidentId of new Set(incidentIds)) {
    const incident = found.find(({ id }) => id === incidentId);
    const [phone, another] = incident ? await phonesOf(tx, tenantId, incidentId) : [];
    if (!incident) without.push({ incidentId, why: "not_found" });
    else if (isOver(incident.state as IncidentState) || incident.mergedInto) without.push({ incidentId, why: "over" });
    else if (!phone || another) without.push({ incidentId, why: "no_one_phone" });
    else {
      const preview = await previewContainment(tx, tenantId, { incidentId, target: phone });
      previewed.push({ incidentId, extensionId: phone.extensionId, preview });
    }
  }
  return containSum(previewed, without);
}
