import { randomUUID } from "node:crypto";
import { z } from "zod";

import type { Payer } from "@/server/domain/billing/movements";
import { checkInitialCredit } from "@/server/domain/billing/top-up-approval";
import { portalUrl } from "@/server/domain/brands/brands";
import { setLimits } from "@/server/domain/limits/limits";
import { onboard } from "@/server/domain/onboarding/onboard";
import type { PlannedTenant } from "@/server/domain/onboarding/tenant-plan";
import { createTask } from "@/server/domain/tasks/tasks";
import { mailInvitation } from "@/server/domain/tenancy/invitation-mail";
import { invitationUrl } from "@/server/domain/tenancy/invitations";
import { allows, isRole, type Permission } from "@/server/domain/tenancy/roles";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf, micros } from "@/server/kernel/money";

const amount = z.string().regex(/^\d{1,18}$/);

/** As it waits in the database: amounts are micros as text. */
const storedSchema = z.object({
  name: z.string(),
  adminEmail: z.string(),
  planId: z.string().nullable(),
  planName: z.string().nullable(),
  creditMicros: amount,
  currency: z.string(),
  timeZone: z.string(),
  country: z.string(),
  kind: z.enum(["customer", "reseller"]),
  dailyCap: amount.nullable(),
  monthlyCap: amount.nullable(),
  maxCalls: z.number().nullable(),
});

/**
 * Has a long job make these tenants.
 * @param by "user:…" or "cli:…", who stands in the ledger for the credit.
 */
export async function createTenantImport(
  tx: TenantWrite,
  tenantId: TenantId,
  { rows, by }: Readonly<{ rows: readonly PlannedTenant[]; by: string }>,
): Promise<{ taskId: string; importId: string }> {
  const importId = await writeTenantImport(tx, tenantId, { rows, by });
  const taskId = await createTask(tx, tenantId, {
    kind: "tenant.import",
    title: rows.length === 1 ? "Make 1 tenant" : `Make ${rows.length} tenants`,
    input: { importId },
    total: rows.length,
    createdBy: by,
  });
  await tx.tenantImport.updateMany({ where: { tenantId, id: importId }, data: { taskId } });
  return { taskId, importId };
}

/** Writes down what is to be made, for whoever makes it. @returns the id of the import. */
export async function writeTenantImport(
  tx: TenantWrite,
  tenantId: TenantId,
  { rows, by }: Readonly<{ rows: readonly PlannedTenant[]; by: string }>,
): Promise<string> {
  const importId = randomUUID();
  await tx.tenantImport.createMany({ data: { tenantId, id: importId, createdBy: by } });
  await tx.tenantImportRow.createMany({
    data: rows.map(({ line, key, slug, creditMicros, dailyCap, monthlyCap, ...rest }) => {
      const text = (value: bigint | null) => (value === null ? null : String(value));
      const sums = { creditMicros: String(creditMicros), dailyCap: text(dailyCap), monthlyCap: text(monthlyCap) };
      return { tenantId, importId, line, key, slug, asked: { ...rest, ...sums } };
    }),
  });
  return importId;
}

/** The lines that wait to be made, in the order of the file. @throws DomainError not_found when the tenant has no such import. */
export async function waitingLines(tx: TenantRead, tenantId: TenantId, importId: string): Promise<readonly number[]> {
  const found = await tx.tenantImport.findUnique({
    where: { tenantId_id: { tenantId, id: importId } },
    select: { id: true },
  });
  if (!found) throw new DomainError("not_found", { import: importId });
  const rows = await tx.tenantImportRow.findMany({
    where: { tenantId, importId, state: "waiting" },
    orderBy: { line: "asc" },
    select: { line: true },
  });
  return rows.map(({ line }) => line);
}

type Making = Readonly<{
  importId: string;
  line: number;
  payer: Payer;
  /** Who stands in the ledger for the credit. */
  by: string;
  approvalLimit: bigint;
  /** The house's address; undefined writes no invitation by mail. */
  houseUrl: string | undefined;
}>;
export type MadeTenant = Readonly<{ tenantId: TenantId; slug: string; after: Record<string, string | null> }>;

/**
 * Makes the tenant of one line: all of it or nothing, with its wallet, credit, first extension, caps and invitation. Locks the
 * line and other imports of the same tenant, so of two at once one makes it; then as checkInitialCredit.
 * @returns undefined when the line is not waiting any more.
 * @throws DomainError as onboard does; invalid_state for a key that another file made meanwhile, and for what cannot be read;
 * forbidden when who sent the file may not make tenants any more, or not with credit.
 */
export async function makeTenantLine(tx: TenantWrite, making: Making): Promise<MadeTenant | undefined> {
  const { importId, line, payer, by } = making;
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('tenant-import:' || ${payer.tenantId}, 0))::text`;
  const [row] = await tx.$queryRaw<{ slug: string; key: string; asked: unknown }[]>`
    SELECT slug, key, asked FROM tenant_import_row
    WHERE tenant_id = ${payer.tenantId}::uuid AND import_id = ${importId}::uuid AND line = ${line}::int AND state = 'waiting' FOR UPDATE`;
  if (!row) return undefined;
  const before = await tx.tenantImportRow.count({ where: { tenantId: payer.tenantId, key: row.key, state: "made" } });
  if (before > 0) throw new DomainError("invalid_state", {}, "Another file made the tenant of this key meanwhile.");
  const { data: asked } = storedSchema.safeParse(row.asked);
  if (!asked) throw new DomainError("invalid_state", {}, "This line cannot be read any more: send it again in a file.");
  await checkMaker(tx, payer.tenantId, by, BigInt(asked.creditMicros) > 0n);
  const initialCredit = micros(BigInt(asked.creditMicros));
  const credit = { amount: initialCredit, currency: asked.currency };
  await checkInitialCredit(tx, payer, credit, { actor: by, limit: making.approvalLimit });
  const { planName, dailyCap, monthlyCap, maxCalls, creditMicros: _, ...form } = asked;
  const made = await onboard(tx, payer, { ...form, slug: row.slug, initialCredit }, by);
  if (making.houseUrl !== undefined) {
    const url = invitationUrl(await portalUrl(tx, making.houseUrl), made.invitationToken);
    await mailInvitation(tx, made.tenantId, { to: asked.adminEmail, url });
  }
  // Back to the tenant that imports: what it allows the new one, only it may set.
  await tx.$queryRaw`SELECT set_config('app.tenant_id', ${payer.tenantId}, true)`;
  const caps = {
    ...(dailyCap === null ? {} : { dailyCap: micros(BigInt(dailyCap)) }),
    ...(monthlyCap === null ? {} : { monthlyCap: micros(BigInt(monthlyCap)) }),
    ...(maxCalls === null ? {} : { maxCalls }),
  };
  if (Object.keys(caps).length > 0) await setLimits(tx, made.tenantId, caps);
  await tx.tenantImportRow.updateMany({
    where: { tenantId: payer.tenantId, importId, line },
    data: { state: "made", asked: {}, doneAt: new Date() },
  });
  const after = {
    slug: row.slug,
    name: asked.name,
    kind: asked.kind,
    currency: asked.currency,
    plan: planName,
    initialCredit: decimalOf(initialCredit),
    invited: asked.adminEmail,
    import: importId,
    line: String(line),
  };
  return { tenantId: made.tenantId, slug: row.slug, after };
}

/**
 * Whoever sent the file may have lost their seat since, or the right to it: then no more is made, and no money moves, in their name.
 * @throws DomainError forbidden.
 */
async function checkMaker(tx: TenantRead, tenantId: TenantId, by: string, paid: boolean): Promise<void> {
  // The command line is whoever has the machine.
  if (!by.startsWith("user:")) return;
  const [seat] = await tx.$queryRaw<{ role: string }[]>`
    SELECT f.role FROM tenant t CROSS JOIN LATERAL find_seat(${by.slice("user:".length)}::uuid, t.slug) f WHERE t.id = ${tenantId}::uuid`;
  const wanted: Permission[] = ["tenants.write", ...(paid ? (["billing.write"] as const) : [])];
  const role = seat?.role ?? "";
  if (isRole(role) && wanted.every((one) => allows(role, one))) return;
  throw new DomainError(
    "forbidden",
    {},
    "Whoever sent this file may not do that here any more: somebody else has to send it.",
  );
}

/** Writes down why a line was not made. A repeat changes nothing. */
export async function refuseTenantLine(
  tx: TenantWrite,
  tenantId: TenantId,
  { importId, line, problem }: Readonly<{ importId: string; line: number; problem: string }>,
): Promise<void> {
  await tx.tenantImportRow.updateMany({
    where: { tenantId, importId, line, state: "waiting" },
    data: { state: "refused", problem: problem.slice(0, 300), doneAt: new Date() },
  });
}

export type ImportLine = Readonly<{ line: number; key: string; slug: string; state: string; problem: string | null }>;
export type ImportResult = Readonly<{ made: number; refused: number; waiting: number; lines: readonly ImportLine[] }>;

/** How far an import is, and every line of it. @throws DomainError not_found when the tenant has none of that id. */
export async function importResult(tx: TenantRead, tenantId: TenantId, importId: string): Promise<ImportResult> {
  await waitingLines(tx, tenantId, importId);
  const lines = await tx.tenantImportRow.findMany({
    where: { tenantId, importId },
    orderBy: { line: "asc" },
    select: { line: true, key: true, slug: true, state: true, problem: true },
  });
  const count = (state: string) => lines.filter((line) => line.state === state).length;
  return { made: count("made"), refused: count("refused"), waiting: count("waiting"), lines };
}
