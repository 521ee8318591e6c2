import { z } from "zod";

import { compareDeck, type DeckCounts } from "@/server/domain/decks/compare";
import { getDeck, getDeckWork } from "@/server/domain/decks/decks";
import { stageDeck } from "@/server/domain/decks/stage";
import { unstageDeck, uploadedFile } from "@/server/domain/decks/uploads";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";
import { TaskCancelled, type TaskRun, type TaskWork } from "@/workers/tasks/run-task";

const inputSchema = z.object({ deckId: z.uuid(), from: z.enum(["read", "compare"]) });
const checkpointSchema = z.object({ phase: z.enum(["read", "compare"]) });

const REPORT_MS = 500;

/** What is shown as the job's result; the deck itself has the rest. */
export type DeckImported = Readonly<{ deckId: string; errors: number; warnings: number } & Partial<DeckCounts>>;

/**
 * Reads a deck's uploaded file into the staging tables and compares it with the plan's prices; no price is changed. A
 * reading that died begins anew, which drops what it left; once it is read, only the comparison is done again. Stopped, it
 * leaves nothing but the file.
 */
export const importDeck: TaskWork = async (run, ctx) => {
  const { deckId, from } = inputSchema.parse(run.input);
  await refuseOlderJob(run, ctx, deckId);
  try {
    const { phase } = run.checkpoint === null ? { phase: from } : checkpointSchema.parse(run.checkpoint);
    if (phase === "read" || !(await isStaged(ctx, deckId))) await reading(run, ctx, deckId);
    await comparing(run, ctx, deckId);
  } catch (error) {
    if (error instanceof TaskCancelled) await unstageDeck(ctx.db, ctx.tenantId, deckId);
    throw error;
  }
  const { errors, warnings, counts } = await readIn(ctx, (tx) => getDeck(tx, ctx.tenantId, deckId));
  return { deckId, errors, warnings, ...counts } satisfies DeckImported;
};

const readIn = <T>({ db, tenantId }: TenantContext, work: (tx: TenantRead) => Promise<T>): Promise<T> =>
  readTenant(db, { tenantId }, work);

/** One that was stopped and let go on after a newer one has begun would change what people look at. */
async function refuseOlderJob({ taskId }: TaskRun, ctx: TenantContext, deckId: string): Promise<void> {
  const deck = await readIn(ctx, (tx) => getDeck(tx, ctx.tenantId, deckId));
  if (deck.taskId === taskId) return;
  throw new DomainError("invalid_state", { deck: deckId }, "A newer job reads this deck; this one is not needed.");
}

const isStaged = async (ctx: TenantContext, deckId: string): Promise<boolean> =>
  (await readIn(ctx, (tx) => getDeck(tx, ctx.tenantId, deckId))).state === "staged";

async function reading(run: TaskRun, ctx: TenantContext, deckId: string): Promise<void> {
  const { db, tenantId } = ctx;
  const { settings, ...plan } = await readIn(ctx, (tx) => getDeckWork(tx, tenantId, deckId));
  await run.report({ note: "Looking at the file" });
  let reportedAt = Date.now();
  await stageDeck({
    db,
    tenantId,
    deckId,
    settings,
    plan,
    source: uploadedFile((work) => readIn(ctx, work), tenantId, deckId),
    onRead: async (done, total) => {
      if (Date.now() - reportedAt < REPORT_MS && done < total) return;
      reportedAt = Date.now();
      await run.report({ done, total, note: "Reading, in bytes" });
    },
  });
  await run.report({ checkpoint: { phase: "compare" } });
}

async function comparing(run: TaskRun, { db, tenantId }: TenantContext, deckId: string): Promise<void> {
  await compareDeck(db, tenantId, deckId, async (done, total) => {
    await run.report({ done, total, note: "Comparing, in steps" });
  });
}
