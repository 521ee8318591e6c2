import { type Actor, change } from "@/server/domain/audit/change";
import { type RerateInput, type RerateResult, rerateInputSchema } from "@/server/domain/rerating/rerate.schema";
import { countCalls, nextPair, PAGE, type Place, readPage, roomOf } from "@/server/domain/rerating/rerate-page";
import { previewResult, runResult } from "@/server/domain/rerating/rerate-result";
import { begin, closeBuyer, countPage, type RerateState } from "@/server/domain/rerating/rerate-sums";
import type { Db } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

/** Corrections of one transaction: a wallet is locked for as long as these take. */
const BATCH = 250;

export type RerateJob = Readonly<{
  db: Db;
  sellerId: TenantId;
  /** The running job whose corrections these are; a preview moves nothing and needs none. */
  taskId: string | undefined;
  input: unknown;
  /** What was reported last; anything else begins anew. */
  checkpoint: unknown;
  /** Who is written into ledger lines, and who into the trail. */
  actorName: string;
  actor: Actor;
  report: (state: Readonly<{ done: number; total: number; note: string; checkpoint: RerateState }>) => Promise<void>;
}>;

/**
 * Prices the calls of a filter again, page by page, and corrects their charges; a preview says what that would do. Each
 * batch is one transaction with its audit events. A run that was killed goes on from its checkpoint and corrects nothing
 * twice: what it did is found under its own key, and what a charge comes to is read anew. Memory does not grow with the calls.
 * @throws whatever `report` throws, between batches: what was corrected by then stays.
 * @throws DomainError not_below, when a customer was moved away meanwhile.
 */
export async function rerate(job: RerateJob): Promise<RerateResult> {
  const input = rerateInputSchema.parse(job.input);
  const state = (job.checkpoint as RerateState | null) ?? begin();
  const total = await countCalls(job.db, job.sellerId, input);
  while (!state.ended) {
    const place = state.place ?? (await placeAfter(job, input, null));
    if (place) await step(job, input, state, place);
    state.ended ||= place === undefined;
    const note = input.preview ? `${state.changed} would change` : `${state.matched} charges compared`;
    await job.report({ done: state.scanned, total: Math.max(total, state.scanned), note, checkpoint: state });
  }
  const { preview } = input;
  return preview
    ? previewResult(job.db, job.sellerId, state)
    : runResult(job.db, job.sellerId, job.taskId ?? "", state);
}

async function placeAfter(job: RerateJob, input: RerateInput, after: Place | null): Promise<Place | undefined> {
  const pair = await nextPair(job.db, job.sellerId, input, after);
  return pair && { ...pair, afterUs: null, after: null };
}

/** One page: read, counted, and corrected unless it is a preview. */
async function step(job: RerateJob, input: RerateInput, state: RerateState, place: Place): Promise<void> {
  const { db, sellerId } = job;
  const { buyer } = place;
  if (input.preview && Object.keys(state.room).length === 0) state.room = await roomOf(db, sellerId, buyer);
  const page = await readPage(db, sellerId, input, place);
  if (!input.preview) {
    const calls = page.differences.map(({ callId }) => callId);
    for (let at = 0; at < calls.length; at += BATCH) await post(job, buyer, calls.slice(at, at + BATCH));
  }
  countPage(state, buyer, page, input.preview);
  if (page.scanned === PAGE && page.last) {
    state.place = { ...place, ...page.last };
    return;
  }
  const next = await placeAfter(job, input, place);
  if (next?.buyer !== buyer) closeBuyer(state);
  state.place = next ?? null;
  state.ended = next === undefined;
}

type Posted = { corrected: number; uncollected: number; up: bigint; down: bigint };

async function post(
  { db, sellerId, taskId, actor, actorName }: RerateJob,
  buyer: string,
  calls: string[],
): Promise<void> {
  const by = { tenantId: sellerId, actor, action: "rating.rerate" } as const;
  await change(db, by, async (tx) => {
    const [row] = await tx.$queryRaw<Posted[]>`
      SELECT corrected, uncollected, up_micros AS up, down_micros AS down
      FROM rerate_post(${taskId}::uuid, ${buyer}::uuid, ${calls}::uuid[], ${actorName})`;
    if (!row) throw new Error("the database answered without a result");
    const { corrected, uncollected, up, down } = row;
    const after = { buyer, corrected, uncollected, up: decimalOf(up), down: decimalOf(down) };
    return { subject: `task:${taskId}`, after, alsoFor: [buyer as TenantId], result: undefined };
  });
}
