import { fileName, isExportKind } from "@/server/domain/exports/export.schema";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

type Ended = { what: string; ready: boolean; slug: string; tenant: string; email: string | null };

/**
 * Tells whoever asked for a schedule that a file of it can be had, or could not be made: once, whoever calls. The mail has the way to
 * the page and nothing of what is in the file; a schedule that is gone is told of nobody.
 * @returns whether this call was the one that saw to it.
 */
export async function tellOfExport(
  tx: TenantWrite,
  tenantId: TenantId,
  exportId: string,
  appUrl: string,
): Promise<boolean> {
  const told = await tx.$executeRaw`
    UPDATE export_file SET told_at = clock_timestamp() WHERE tenant_id = ${tenantId}::uuid AND id = ${exportId}::uuid AND told_at IS NULL`;
  if (told === 0) return false;
  const [ended] = await tx.$queryRaw<Ended[]>`
    SELECT f.what, f.ready_at IS NOT NULL AS ready, t.slug, t.name AS tenant, (SELECT p.email FROM export_schedule_person(f.schedule_id) p WHERE p.role IS NOT NULL) AS email
    FROM export_file f JOIN tenant t ON t.id = f.tenant_id
    WHERE f.tenant_id = ${tenantId}::uuid AND f.id = ${exportId}::uuid`;
  if (!ended?.email || !isExportKind(ended.what)) return true;
  const { what, ready } = ended;
  const where = `${appUrl}/t/${ended.slug}/exports`;
  await queueMail(tx, tenantId, {
    to: ended.email,
    subject: () =>
      ready
        ? t("Your file is ready: {name}", { name: fileName(what) })
        : t("Your file could not be made: {name}", { name: fileName(what) }),
    text: () =>
      ready
        ? t(
            "The scheduled file is ready: {name}. You can download it for some days, signed in to the portal:\n\n{where}\n\nThe schedule can be paused or removed there.\n",
            { name: fileName(what), where },
          )
        : t(
            "The scheduled file could not be made: {name}. It can go on from where it is, or be asked for anew; why it stopped stands there:\n\n{where}\n",
            { name: fileName(what), where },
          ),
  });
  return true;
}
