import { z } from "zod";

import { DAY_MS, type Fire, firesOf, type Quiet } from "@/server/domain/rules/rehearsal.rules";
import { type NetworkState, rehearseNetworks } from "@/server/domain/rules/rehearsal-networks";
import { overlay } from "@/server/domain/rules/rule.rules";
import type { NetworkRehearsal, Rehearsal, Rehearsed } from "@/server/domain/rules/rule.schema";
import { canRehearse } from "@/server/domain/rules/rule-kinds.schema";
import { knownRule, patched } from "@/server/domain/rules/rule-text";
import { ruleNow } from "@/server/domain/rules/rules";
import { createTask } from "@/server/domain/tasks/tasks";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** Calls of one question. */
const STRETCH = 20_000;

const inputSchema = z.object({
  aboutId: z.uuid(),
  signal: z.string(),
  scope: z.enum(["extension", "tenant", "network"]),
  windowMinutes: z.number().int(),
  warn: z.string(),
  critical: z.string(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
});
type Input = z.output<typeof inputSchema>;

type About = Readonly<{ id: TenantId; kind: string }>;

/**
 * What a rehearsal has to do: the rule as it holds for the tenant now, with the patch laid over it.
 * @throws DomainError invalid_input for a rule that is not about calls or networks, or thresholds out of order.
 */
export async function planRehearsal(
  tx: TenantRead,
  about: About,
  { days, ofTenantSlug: _, ...patch }: Rehearsed,
  now = new Date(),
): Promise<Input> {
  const standard = knownRule(patch, about.kind);
  if (!canRehearse(standard)) {
    const sentence = "Only a rule about calls or networks can be rehearsed: nothing of the others is kept for so long.";
    throw new DomainError("invalid_input", { field: "signal" }, sentence);
  }
  const silent = { mode: null, action: null, windowMinutes: null, warn: null, critical: null };
  const rule = overlay(await ruleNow(tx, about.id, standard), patched(standard, silent, patch));
  if (rule.critical < rule.warn) {
    throw new DomainError("invalid_input", { field: "critical" }, "Critical is below warn: it must be at least that.");
  }
  return {
    aboutId: about.id,
    signal: patch.signal,
    scope: patch.scope,
    windowMinutes: rule.windowMinutes,
    warn: String(rule.warn),
    critical: String(rule.critical),
    from: new Date(now.getTime() - days * DAY_MS).toISOString(),
    until: now.toISOString(),
  };
}

/** Queues a rehearsal as a long job. It changes nothing. @returns the job's id. */
export const startRehearsal = (tx: TenantWrite, tenantId: TenantId, input: Input, createdBy: string): Promise<string> =>
  createTask(tx, tenantId, {
    kind: "rule.rehearse",
    title: `Rehearse ${input.signal.replaceAll("_", " ")} per ${input.scope}`,
    input,
    createdBy,
  });

type Outcome = { after_it: boolean; harmful: boolean; calls: number; cost: string; currency: string };
type Sums = Omit<Rehearsal, "saved" | "refusedWrongly"> & {
  saved: Record<string, string>;
  refusedWrongly: Record<string, string>;
};
export type RehearsalState = Readonly<{
  tenant: string | null;
  done: number;
  /** Within a tenant: how far its calls were looked at. */
  at: string | null;
  quiet: Quiet;
  sums: Sums;
}>;

const begin: RehearsalState = {
  tenant: null,
  done: 0,
  at: null,
  quiet: {},
  sums: {
    calls: 0,
    warned: 0,
    fired: 0,
    trueHits: 0,
    falseHits: 0,
    stopped: 0,
    falseBlocks: 0,
    saved: {},
    refusedWrongly: {},
  },
};

type Report = (
  state: Readonly<{ done: number; total: number; note: string; checkpoint: RehearsalState }>,
) => Promise<void>;

type ReportAny = (
  state: Readonly<{ done: number; total: number; note: string; checkpoint: RehearsalState | NetworkState }>,
) => Promise<void>;

/**
 * Replays a rule over what past days left of what it counts: calls, or failed sign-ins of networks. It reads and changes
 * nothing; a run that was killed goes on from its checkpoint.
 * @param rootId the tenant whose job it is: nobody above or beside it is looked at.
 * @throws DomainError not_below; whatever `report` throws, between stretches.
 */
export async function rehearse(
  pool: SqlPool,
  rootId: TenantId,
  given: unknown,
  checkpoint: unknown,
  report: ReportAny,
): Promise<Rehearsal | NetworkRehearsal> {
  const input = inputSchema.parse(given);
  if (!(await isBelow(pool, rootId, input.aboutId))) throw new DomainError("not_below", { tenantId: input.aboutId });
  if (input.scope === "network") return rehearseNetworks(pool, input, checkpoint, report);
  return rehearseCalls(pool, input, checkpoint, report);
}

/** A stretch of one tenant at a time. Memory grows with the subjects of one tenant, not with the calls. */
async function rehearseCalls(pool: SqlPool, input: Input, checkpoint: unknown, report: Report): Promise<Rehearsal> {
  let state = (checkpoint as RehearsalState | null) ?? begin;
  for (;;) {
    const [next] = await pool.query<{ tenant_id: string; total: number }>(
      "rehearsal_tenants",
      "SELECT tenant_id, total FROM rehearsal_tenants($1, $2)",
      [input.aboutId, state.tenant],
    );
    if (!next) return state.sums;
    let ended = false;
    while (!ended) {
      const step = await stretch(pool, next.tenant_id, input, state);
      state = step.state;
      ended = step.ended;
      if (ended) state = { ...state, tenant: next.tenant_id, at: null, quiet: {}, done: state.done + 1 };
      const note = `${state.sums.calls} calls, ${state.sums.fired} times critical`;
      await report({ done: state.done, total: next.total, note, checkpoint: state });
    }
  }
}

const isBelow = async (pool: SqlPool, rootId: string, aboutId: string): Promise<boolean> => {
  const text = "SELECT EXISTS (SELECT FROM tenants_above($2) above WHERE above = $1) AS below";
  const [row] = await pool.query<{ below: boolean }>("rehearsal_below", text, [rootId, aboutId]);
  return row?.below ?? false;
};

async function stretch(
  pool: SqlPool,
  tenant: string,
  input: Input,
  state: RehearsalState,
): Promise<{ state: RehearsalState; ended: boolean }> {
  const from = state.at ?? input.from;
  const [end] = await pool.query<{ until: string | null; calls: number }>(
    "rehearsal_stretch",
    "SELECT until::text, calls FROM rehearsal_stretch($1, $2, $3, $4)",
    [tenant, from, input.until, STRETCH],
  );
  if (!end?.until) return { state, ended: true };
  const signal = input.signal === "spend_day" ? "spend" : input.signal;
  const values = [tenant, signal, input.scope === "extension", input.windowMinutes, input.warn, from, end.until];
  const rows = await pool.query<{ extension_id: string | null; at_us: string; value: string }>(
    "rehearsal_crossings",
    "SELECT extension_id, at_us, value FROM rehearsal_crossings($1, $2, $3, $4, $5, $6, $7)",
    values,
  );
  const crossings = rows.map((row) => ({
    subject: row.extension_id ?? "",
    atUs: Number(row.at_us),
    value: BigInt(row.value),
  }));
  const { fires, quiet } = firesOf(crossings, BigInt(input.critical), state.quiet);
  let sums: Sums = { ...state.sums, calls: state.sums.calls + end.calls };
  for (const fire of fires) sums = await counted(pool, tenant, input, sums, fire);
  return { state: { ...state, at: end.until, quiet, sums }, ended: end.calls < STRETCH };
}

async function counted(pool: SqlPool, tenant: string, input: Input, sums: Sums, fire: Fire): Promise<Sums> {
  if (fire.level === "warn") return { ...sums, warned: sums.warned + 1 };
  const text = "SELECT after_it, harmful, calls, cost, currency FROM rehearsal_outcome($1, $2, $3, $4, $5)";
  const rows = await pool.query<Outcome>("rehearsal_outcome", text, [
    tenant,
    fire.subject || null,
    fire.atUs,
    input.windowMinutes,
    input.until,
  ]);
  const stopped = rows.filter((row) => row.after_it);
  const total = (harmful: boolean) =>
    stopped.filter((row) => row.harmful === harmful).reduce((n, row) => n + row.calls, 0);
  const isTrue = rows.some((row) => row.harmful);
  return {
    ...sums,
    fired: sums.fired + 1,
    trueHits: sums.trueHits + (isTrue ? 1 : 0),
    falseHits: sums.falseHits + (isTrue ? 0 : 1),
    stopped: sums.stopped + total(true),
    falseBlocks: sums.falseBlocks + total(false),
    saved: added(sums.saved, stopped, true),
    refusedWrongly: added(sums.refusedWrongly, stopped, false),
  };
}

/** Amounts of different currencies are never added up. */
function added(sums: Record<string, string>, rows: readonly Outcome[], harmful: boolean): Record<string, string> {
  const result = { ...sums };
  for (const row of rows) {
    if (row.harmful !== harmful || BigInt(row.cost) === 0n) continue;
    result[row.currency] = String(BigInt(result[row.currency] ?? "0") + BigInt(row.cost));
  }
  return result;
}
