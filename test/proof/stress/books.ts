import type { Client } from "pg";

import { chargeOf, holdFor, type Price } from "@/test/proof/sim/oracle";
import { planCall, SLICE_SECONDS } from "@/test/proof/stress/planned-call";
import { builders } from "@/test/support/builders";

const PHONES = 10;
const plain = { grace: 0, minimum: 0n, free: 0, max: undefined, beyond: "cut", steps: [] } as const;
const sold: Price = { ...plain, perMinute: 31_337n, fee: 101n, first: 7, next: 3 };
const bought: Price = { ...plain, perMinute: 7_001n, fee: 0n, first: 1, next: 1 };

export type StressReport = Readonly<{
  calls: number;
  /** In micros, over both levels: what the time costs that was granted in the end. */
  granted: bigint;
  /** What was put aside for it, and what became of that. */
  held: bigint;
  charged: bigint;
  released: bigint;
  /** What the talk of all calls that were let through costs. */
  expected: bigint;
  /** What left the wallets. */
  spent: bigint;
  stillHeld: bigint;
  open: number;
  refused: number;
  /** What the product's own check found. */
  problems: readonly string[];
}>;

/** One customer with one wallet, below one reseller, and money for most of the calls at once. */
export async function prepareStress(owner: Client, calls: number): Promise<void> {
  const make = builders({ owner: { query: (text, values) => owner.query(text, values) } });
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const reseller = await make.tenant("reseller", operator, { slug: "reseller" });
  const rate = ({ perMinute, fee, first, next }: Price) => ({ "49": { perMinute, fee, first, next } });
  await make.assign(reseller, await make.plan(operator, rate(bought), { slice: SLICE_SECONDS }));
  const customer = await make.tenant("customer", reseller, { slug: "stress" });
  await make.assign(customer, await make.plan(reseller, rate(sold), { slice: SLICE_SECONDS }));
  await make.sql("UPDATE tenant SET max_calls = 10000, max_calls_per_minute = 100000 WHERE id = $1", [
    customer.tenantId,
  ]);
  await make.topUp(reseller, BigInt(calls) * 8_000n);
  await make.topUp(customer, BigInt(calls) * 8_000n);
  for (let at = 0; at < PHONES; at += 1) await make.phone(customer, String(101 + at));
  await make.sql("ALTER TABLE extension DROP CONSTRAINT extension_max_calls_check");
  await make.sql("UPDATE extension SET max_calls = 10000");
}

/** Adds up what happened, and compares it with what had to. */
export async function readStress(owner: Client): Promise<StressReport> {
  const one = async (text: string) => BigInt((await owner.query<{ n: string }>(text)).rows[0]?.n ?? "0");
  const { rows } = await owner.query<{ call: string; kind: string; state: string; outcome: string; granted: number }>(
    "SELECT pbx_call_id AS call, kind, state, outcome, granted_seconds AS granted FROM call",
  );
  const through = rows.filter(({ outcome }) => outcome !== "blocked");
  const expected = through.reduce((sum, { call }) => {
    const { talkMs } = planCall(Number(call.split(".").at(-1)) - 1);
    return sum + chargeOf(sold, talkMs) + chargeOf(bought, talkMs);
  }, 0n);
  const granted = through.reduce(
    (sum, { granted: seconds }) => sum + holdFor(sold, seconds * 1000) + holdFor(bought, seconds * 1000),
    0n,
  );
  const problems = await owner.query<{ kind: string; subject: string }>("SELECT kind, subject FROM ledger_check()");
  return {
    calls: rows.length,
    granted,
    held: await one("SELECT sum(held_micros)::text AS n FROM hold"),
    charged: await one("SELECT sum(charged_micros)::text AS n FROM hold"),
    released: await one("SELECT sum(held_micros - charged_micros)::text AS n FROM hold WHERE state <> 'open'"),
    expected,
    spent: await one(
      "SELECT (-sum(amount_micros))::text AS n FROM ledger_entry WHERE account = 'wallet' AND amount_micros < 0",
    ),
    stillHeld: await one("SELECT sum(held_micros)::text AS n FROM wallet"),
    open: rows.filter(({ state }) => state !== "ended").length,
    refused: rows.length - through.length,
    problems: problems.rows.map(({ kind, subject }) => `${kind} ${subject}`),
  };
}

/** What does not agree, in words: granted is held, what was held is charged or released, and only what was talked is charged. */
export function unsound({
  granted,
  held,
  charged,
  released,
  expected,
  spent,
  stillHeld,
  open,
  problems,
}: StressReport): string[] {
  const equal = (what: string, a: bigint, b: bigint) => (a === b ? [] : [`${what}: ${a} and ${b}`]);
  return [
    ...equal("granted and held", granted, held),
    ...equal("held, and charged with released", held, charged + released),
    ...equal("charged and talked", charged, expected),
    ...equal("charged and gone from the wallets", charged, spent),
    ...equal("still held and nothing", stillHeld, 0n),
    ...(open > 0 ? [`${open} calls are open`] : []),
    ...problems,
  ];
}
