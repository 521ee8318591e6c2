import { change } from "@/server/domain/audit/change";
import { type ContainStep, containSteps } from "@/server/domain/incidents/containment.schema";
import { effectsOf } from "@/server/domain/incidents/containment-acts";
import { failStep, finishStep, type Loaded, loadContainment } from "@/server/domain/incidents/containments";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { encodeLive, LIVE_CHANNEL, type LiveKind } from "@/server/infra/live/bus";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { acts } from "@/workers/containment/acts";
import { byHandOf } from "@/workers/containment/by-hand";
import type { Run } from "@/workers/containment/run";
import { NotHeld } from "@/workers/containment/run";
import type { Processor, TenantContext } from "@/workers/processors/types";

/**
 * Does what is left of a containment, in order and each step by itself: one that fails is written down with what does it by
 * hand, and the next one is done. Safe to repeat and to do twice at once. Ends at once when it is released.
 * @throws when a step failed, so that the queue tries again.
 */
export const containIncident: Processor<"containIncident"> = async ({ containmentId }, ctx) => {
  const run = await begin(ctx, containmentId);
  if (run.containment.releasedAt !== null) return;
  const failed: unknown[] = [];
  for (const step of containSteps) {
    const said = await sayBegun(run, step);
    if (said === "released") return;
    if (said !== "go") continue;
    const tally = { count: 0 };
    try {
      const work = await acts[step]({ ...run, tally });
      await finished(run, { step, count: tally.count, work });
    } catch (error) {
      if (error instanceof NotHeld) return;
      ctx.log.warn({ error, step, containmentId }, "a step of a containment failed");
      ctx.counts?.step(step, "failed");
      failed.push(error);
      await notDone(run, { step, count: tally.count, error });
    }
  }
  if (failed.length > 0) throw worthTrying(failed);
};

/** Whatever failed is tried again, also what the queue would take for a final answer. */
function worthTrying(failed: readonly unknown[]): unknown {
  const isFinal = (error: unknown) => error instanceof DomainError && error.code !== "pbx_unreachable";
  return failed.find((error) => !isFinal(error)) ?? new Error("a step could not be done", { cause: failed[0] });
}

async function begin(ctx: TenantContext, containmentId: string): Promise<Run> {
  const read = <T>(work: (tx: TenantRead) => Promise<T>) =>
    readTenant(ctx.db, { tenantId: ctx.tenantId, subtree: true }, work);
  const containment = await read((tx) => loadContainment(tx, ctx.tenantId, containmentId));
  const effects = await read((tx) => effectsOf(tx, ctx.tenantId, containmentId));
  return { ctx, containment, effects, read };
}

async function sayBegun({ ctx, containment }: Run, step: ContainStep): Promise<string> {
  const text = "SELECT containment_step_begin($1, $2, $3) AS said";
  const values = [ctx.tenantId, containment.id, step];
  const [row] = await ctx.pool.query<{ said: string }>("containment_step_begin", text, values);
  if (row?.said === "go") await tell(ctx, ctx.tenantId, ["incidents"]);
  return row?.said ?? "skipped";
}

const by = ({ ctx }: Run) =>
  ({
    tenantId: ctx.tenantId,
    actor: { kind: "job", id: "incident.contain", requestId: ctx.jobId },
    action: "incident.contain_step",
  }) as const;

type Done = Readonly<{ step: ContainStep; count: number; work: Awaited<ReturnType<(typeof acts)[ContainStep]>> }>;

async function finished(run: Run, { step, count, work }: Done): Promise<void> {
  const { ctx, containment } = run;
  const first = await change(ctx.db, by(run), async (tx) => {
    const result = await finishStep(tx, ctx.tenantId, containment, { step, count, work: work && (() => work(tx)) });
    return { ...eventOf(containment), after: { ...valuesOf(containment), step, count }, result };
  });
  if (first) ctx.counts?.step(step, "done");
  if (first && step === "hang_up") ctx.counts?.contained((Date.now() - containment.createdAt.getTime()) / 1000);
  await tell(ctx, ctx.tenantId, ["incidents", "audit"]);
  await tell(ctx, containment.ofTenantId, ["extensions", "registrations", "calls", "audit"]);
}

async function notDone(
  run: Run,
  { step, count, error }: Readonly<{ step: ContainStep; count: number; error: unknown }>,
): Promise<void> {
  const { ctx, containment } = run;
  const byHand = await byHandOf(step, run).catch(() => []);
  const sentence = error instanceof DomainError ? error.sentence : "It failed for a reason that the log tells.";
  const before = await run.read((tx) =>
    tx.containmentStep.findUnique({
      where: { tenantId_containmentId_step: { tenantId: ctx.tenantId, containmentId: containment.id, step } },
      select: { error: true },
    }),
  );
  if (before?.error === sentence && count === 0) {
    const text = "SELECT containment_step_again($1, $2, $3, $4)";
    await ctx.pool.query("containment_step_again", text, [ctx.tenantId, containment.id, step, byHand.join("\n")]);
  } else {
    await change(ctx.db, by(run), async (tx) => {
      await failStep(tx, ctx.tenantId, containment, { step, count, error: sentence, byHand });
      const after = { ...valuesOf(containment), step, count, error: sentence };
      return { ...eventOf(containment), after, result: undefined };
    });
  }
  await tell(ctx, ctx.tenantId, ["incidents", "audit"]);
}

const eventOf = ({ incidentId, ofTenantId }: Loaded) => ({
  subject: `incident:${incidentId}`,
  alsoFor: [ofTenantId],
});
const valuesOf = ({ incident, subject }: Loaded) => ({ incident, subject });

/** What an open page shows is old now. When it cannot be told, the page asks again by itself. */
async function tell({ pool, log }: TenantContext, tenantId: TenantId, kinds: readonly LiveKind[]): Promise<void> {
  const text = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload";
  const payloads = kinds.map((kind) => encodeLive({ tenantId, kind }));
  await pool.query("live_notify", text, [LIVE_CHANNEL, payloads]).catch((error: unknown) => log.warn({ error }));
}
