import { randomUUID } from "node:crypto";
import { z } from "zod";

import { createMany } from "@/server/domain/provisioning/bulk";
import type { BulkRow } from "@/server/domain/provisioning/bulk-file";
import { fromBox, intoBox, newBox } from "@/server/domain/provisioning/sealed-box.rules";
import { createTask } from "@/server/domain/tasks/tasks";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** So many are made in one step of a long job. */
export const PART_ROWS = 250;

const stored = z.array(
  z.object({
    line: z.number(),
    number: z.string(),
    displayName: z.string(),
    callerId: z.string().optional(),
    maxCalls: z.number().optional(),
    dailyCap: z.string().optional(),
  }),
);

/** A new secret as it is told this once. */
export type TellableSecret = Readonly<{ number: string; displayName: string; sipUsername: string; secret: string }>;

/**
 * Has a long job make these extensions.
 * @returns the job, the batch, and the key that opens the batch's secrets: in this answer and nowhere else.
 */
export async function createBatch(
  tx: TenantWrite,
  tenantId: TenantId,
  { rows, partly, by }: Readonly<{ rows: readonly BulkRow[]; partly: boolean; by: string }>,
): Promise<{ taskId: string; batchId: string; key: string }> {
  const { publicKey, key } = newBox();
  const batchId = randomUUID();
  const asked = rows.map(({ dailyCap, ...row }) => ({
    ...row,
    ...(dailyCap === undefined ? {} : { dailyCap: String(dailyCap) }),
  }));
  await tx.extensionBatch.createMany({
    data: { tenantId, id: batchId, partly, publicKey, asked, createdBy: by },
  });
  const taskId = await createTask(tx, tenantId, {
    kind: "extension.import",
    title: `Make ${rows.length} extensions`,
    input: { batchId },
    total: rows.length,
    createdBy: by,
  });
  await tx.extensionBatch.updateMany({ where: { tenantId, id: batchId }, data: { taskId } });
  return { taskId, batchId, key };
}

export type Batch = Readonly<{ partly: boolean; publicKey: Uint8Array; rows: readonly BulkRow[] }>;

/** What a batch is to make. @throws DomainError not_found when it is gone. */
export async function getBatch(tx: TenantRead, tenantId: TenantId, id: string): Promise<Batch> {
  const row = await tx.extensionBatch.findUnique({ where: { tenantId_id: { tenantId, id } } });
  if (!row) throw new DomainError("not_found", { batch: id }, "What was to be made is gone: it waited for over a day.");
  const rows = stored.parse(row.asked).map(({ dailyCap, ...one }) => ({
    ...one,
    ...(dailyCap === undefined ? {} : { dailyCap: BigInt(dailyCap) }),
  }));
  return { partly: row.partly, publicKey: row.publicKey, rows: rows as unknown as BulkRow[] };
}

type Part = Readonly<{ batchId: string; publicKey: Uint8Array; part: number; rows: readonly BulkRow[] }>;

/**
 * Makes one part of a batch and puts its secrets into the box. A repeat makes nothing and says what was made.
 * @returns how many, and the numbers that somebody else took in between.
 */
export async function makePart(
  tx: TenantWrite,
  tenantId: TenantId,
  { batchId, publicKey, part, rows }: Part,
): Promise<{ made: number; taken: readonly string[]; fresh: boolean }> {
  await tx.$queryRaw`SELECT id FROM extension_batch WHERE tenant_id = ${tenantId}::uuid AND id = ${batchId}::uuid FOR UPDATE`;
  const before = await tx.extensionBatchPart.findUnique({
    where: { tenantId_batchId_part: { tenantId, batchId, part } },
    select: { made: true, taken: true },
  });
  if (before) return { ...before, fresh: false };
  const { made, taken } = await createMany(tx, tenantId, rows);
  const secrets = made.map(({ number, displayName, sipUsername, secret }) => [
    number,
    displayName,
    sipUsername,
    secret.reveal(),
  ]);
  const sealed = intoBox(publicKey, `${batchId} ${part}`, JSON.stringify(secrets));
  await tx.extensionBatchPart.createMany({ data: { tenantId, batchId, part, made: made.length, taken, sealed } });
  return { made: made.length, taken, fresh: true };
}

const toldSchema = z.array(z.tuple([z.string(), z.string(), z.string(), z.string()]));

/**
 * Opens the box of a batch, once: what was in it is in the answer and nowhere else. Of two at once one gets it.
 * @throws DomainError not_found; invalid_state while the job works, when it was opened before, or with another key.
 */
export async function takeSecrets(
  tx: TenantWrite,
  tenantId: TenantId,
  { batchId, key }: Readonly<{ batchId: string; key: string }>,
): Promise<TellableSecret[]> {
  const [batch] = await tx.$queryRaw<{ takenAt: Date | null; state: string | null }[]>`
    SELECT b.taken_at AS "takenAt", (SELECT k.state FROM task k WHERE k.tenant_id = b.tenant_id AND k.id = b.task_id) AS state
    FROM extension_batch b WHERE b.tenant_id = ${tenantId}::uuid AND b.id = ${batchId}::uuid FOR UPDATE OF b`;
  if (!batch) throw new DomainError("not_found", { batch: batchId });
  const refuse = (sentence: string) => new DomainError("invalid_state", { batch: batchId }, sentence);
  if (batch.takenAt) throw refuse("These secrets were shown already. Rotate the ones that are missing.");
  if (batch.state === "queued" || batch.state === "running") throw refuse("The job is still making them. Wait for it.");
  const parts = await tx.extensionBatchPart.findMany({ where: { tenantId, batchId }, orderBy: { part: "asc" } });
  const told = parts.map(({ part, sealed }) => (sealed ? fromBox(key, `${batchId} ${part}`, sealed) : undefined));
  if (told.some((text) => text === undefined)) {
    throw refuse("Only who asked for these extensions can open their secrets. Rotate them instead.");
  }
  await tx.extensionBatchPart.updateMany({ where: { tenantId, batchId }, data: { sealed: null } });
  await tx.extensionBatch.updateMany({ where: { tenantId, id: batchId }, data: { takenAt: new Date(), asked: [] } });
  return told.flatMap((text) =>
    toldSchema
      .parse(JSON.parse(text ?? "[]"))
      .map(([number, displayName, sipUsername, secret]) => ({ number, displayName, sipUsername, secret })),
  );
}
