import { setTimeout as pause } from "node:timers/promises";

import { type CallNumbers, pseudonymKeyOf, tokenOfName, tokensOf } from "@/server/domain/retention/pseudonym.rules";
import { patternOfAddress, patternOfNumber } from "@/server/domain/subjects/subject.rules";
import type { Json } from "@/server/domain/tasks/tasks";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";
import type { TaskRun, TaskWork } from "@/workers/tasks/run-task";

/** Sixteen megabytes of a table: what a step reads, and what it holds locks for is what it found there. */
const BLOCKS = 2_000;
const LONGEST_PAUSE_MS = 200;
const SAY_EVERY_MS = 500;
/** Beyond the last block that a table can have. */
const END = 4_294_967_294;

type Erasure = Readonly<{
  id: string;
  kind: "number" | "person";
  subject: string | null;
  counts_only: boolean;
  done_rank: number;
  done_part: string;
  done_block: bigint;
  ended: boolean;
  tenants: string[];
}>;
type Part = Readonly<{ rank: number; relation: string; part: string; blocks: bigint }>;
type Call = CallNumbers & Readonly<{ tenant_id: string; id: string }>;

/**
 * Goes through every table that could name somebody, from where the last run stopped, and ends with a receipt in the trail of each
 * tenant that had a row. How far it is stands with what it changed, so a worker that was killed leaves nothing to do twice.
 * @throws DomainError erasure_held or erasure_in_use when a hold was placed, or the number put into service, meanwhile.
 */
export const eraseSubject: TaskWork = async (run, ctx) => {
  const [erasure] = await ctx.db.$queryRaw<Erasure[]>`SELECT * FROM erasure_of_task(${run.taskId}::uuid)`;
  if (!erasure) throw new DomainError("not_found", { task: run.taskId });
  if (!erasure.ended) await translatingSqlErrors(() => erase(run, ctx, erasure));
  const counts = await ctx.db.$queryRaw<{ erased: number; held: number; kept: number }[]>`
    SELECT * FROM erasure_sums(${erasure.id}::uuid)`;
  return { ...counts[0], countsOnly: erasure.counts_only } satisfies Json;
};

async function erase(run: TaskRun, { db, settings }: TenantContext, erasure: Erasure): Promise<void> {
  const { id, kind, subject, tenants } = erasure;
  if (subject === null) throw new DomainError("invalid_state", {}, "What it was about is gone. Ask for it anew.");
  if (!settings.pseudonymSecret) throw new Error("there is no key to make pseudonyms with");
  const key = pseudonymKeyOf(settings.pseudonymSecret);
  const number = { kind: "external", dialled: subject, to_e164: subject, from_number: null, prefix: "" };
  const tokenAt = (place: string) =>
    (kind === "number" ? tokensOf(number, key, place).to : null) ?? tokenOfName(subject, key, place);
  const pattern = kind === "number" ? patternOfNumber(subject) : patternOfAddress(subject);
  await db.$queryRaw`SELECT erasure_name(${id}::uuid, ${pattern}, ${tokenAt("subject")}, ${tenants}::uuid[], ${tenants.map(tokenAt)}::text[])::text`;
  await db.$queryRaw`SELECT erasure_person(${id}::uuid)::text`;
  const parts = await db.$queryRaw<Part[]>`SELECT * FROM erasure_parts()`;
  const total = parts.reduce((sum, { blocks }) => sum + Number(blocks) + 1, 0);
  const say = unhurried(run.report);
  let done = 0;
  for (const one of parts) {
    if (one.rank >= erasure.done_rank) {
      const begun = one.rank === erasure.done_rank && one.part === erasure.done_part;
      const from = begun ? Number(erasure.done_block) : 0;
      // Rows that are written meanwhile go to the end, which is looked at as well.
      for (let block = from; block < Number(one.blocks); block += BLOCKS) {
        await say({ done: done + block, total, note: one.relation.replaceAll("_", " ") });
        const began = performance.now();
        const until = block + BLOCKS < Number(one.blocks) ? block + BLOCKS : END;
        await step({ db }, id, one, key, { from: block, until });
        await pause(Math.min(LONGEST_PAUSE_MS, performance.now() - began));
      }
    }
    done += Number(one.blocks) + 1;
  }
  await db.$queryRaw`SELECT erasure_end(${id}::uuid)::text`;
  await run.report({ done: total, total, note: "" });
}

/** Whoever looks needs no more than a word now and then. */
function unhurried(report: TaskRun["report"]): TaskRun["report"] {
  let last = 0;
  return async (given) => {
    if (Date.now() - last < SAY_EVERY_MS) return;
    last = Date.now();
    await report(given);
  };
}

type Blocks = Readonly<{ from: number; until: number }>;

async function step(
  { db }: Pick<TenantContext, "db">,
  id: string,
  { relation, part }: Part,
  key: string,
  { from, until }: Blocks,
): Promise<void> {
  const calls =
    relation === "call"
      ? await db.$queryRaw<Call[]>`SELECT * FROM erasure_calls(${id}::uuid, ${part}, ${from}::bigint, ${until}::bigint)`
      : [];
  const tokens = calls.map((call) => tokensOf(call, key, call.tenant_id));
  await db.$queryRaw`SELECT erasure_step(${id}::uuid, ${relation}, ${part}, ${from}::bigint, ${until}::bigint,
    ${calls.map((call) => call.id)}::uuid[], ${tokens.map(({ to }) => to)}::text[], ${tokens.map((one) => one.from)}::text[])`;
}
