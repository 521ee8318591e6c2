import { setTimeout as pause } from "node:timers/promises";

import { type CallNumbers, pseudonymKeyOf, tokensOf } from "@/server/domain/retention/pseudonym.rules";
import type { SystemContext } from "@/workers/processors/types";

type Next = CallNumbers & Readonly<{ id: string }>;

const BATCH = 1_000;
const LONGEST_PAUSE_MS = 200;

/**
 * Takes the numbers out of the calls of one sweep, a batch at a time, oldest first: in their records, in the words of the
 * ledger, in decided disputes. The key stays in this process. A batch that is done twice changes nothing the second time.
 * @throws Error when no key is known: numbers are kept rather than lost under a wrong one.
 */
export async function pseudonymiseCalls(
  { db, settings }: SystemContext,
  sweepId: string,
  tenantId: string,
): Promise<void> {
  if (!settings.pseudonymSecret) throw new Error("there is no key to make pseudonyms with");
  const key = pseudonymKeyOf(settings.pseudonymSecret);
  for (;;) {
    const began = performance.now();
    const calls = await db.$queryRaw<Next[]>`SELECT * FROM retention_calls_next(${sweepId}::uuid, ${BATCH}::int)`;
    if (calls.length === 0) break;
    const tokens = calls.map((call) => tokensOf(call, key, tenantId));
    await db.$queryRaw`SELECT retention_calls_done(${sweepId}::uuid, ${calls.map(({ id }) => id)}::uuid[],
      ${tokens.map(({ to }) => to)}::text[], ${tokens.map(({ from }) => from)}::text[])`;
    await pause(Math.min(LONGEST_PAUSE_MS, performance.now() - began));
  }
  await db.$queryRaw`SELECT retention_calls_left(${sweepId}::uuid)::text`;
}
