import { deepEqual, equal } from "node:assert/strict";

import type { DeepRate, Example } from "@/test/proof/examples/example";

const MONEY = 10_000_000n;

/** Rate, talk in ms, cost. The first six are those of the rules of money. */
const worked: readonly (readonly [DeepRate, number, bigint])[] = [
  [{ perMinute: 12_500n, first: 60, next: 6 }, 47_000, 12_500n],
  [{ perMinute: 12_500n, first: 1, next: 1 }, 47_001, 10_000n],
  [{ perMinute: 12_500n, fee: 30_000n, first: 30, next: 6 }, 31_000, 37_500n],
  [{ perMinute: 4_250n, first: 1, next: 1 }, 1, 71n],
  [{ perMinute: 12_500n, fee: 30_000n, first: 60, next: 60, grace: 5 }, 5_000, 0n],
  [{ perMinute: 99_999n, first: 60, next: 60 }, 60_001, 199_998n],
  [{ perMinute: 60_000n, first: 1, next: 1, minimum: 25_000n }, 3_000, 25_000n],
  [{ perMinute: 60_000n, first: 1, next: 1, free: 10 }, 15_000, 5_000n],
  [{ perMinute: 60_000n, first: 1, next: 1, free: 10, fee: 500n }, 5_000, 500n],
  [{ perMinute: 60_000n, first: 1, next: 1, max: 20_000n, beyond: "free" }, 90_000, 20_000n],
  [{ perMinute: 60_000n, first: 1, next: 1, steps: [[10, 30_000n, 6]] }, 15_000, 13_000n],
  [{ perMinute: 60_000n, first: 1, next: 1, free: 15, steps: [[10, 30_000n, 1]] }, 30_000, 7_500n],
  [
    {
      perMinute: 60_001n,
      first: 7,
      next: 3,
      steps: [
        [10, 30_001n, 6],
        [20, 1n, 60],
      ],
    },
    21_000,
    16_002n,
  ],
];

export const priceExamples: readonly Example[] = [
  ...worked.map(([rate, talkMs, cost], at) => ({
    name: `worked example ${at + 1}`,
    run: async (desk: Parameters<Example["run"]>[0]) => {
      const of = await desk.customer(MONEY, rate);
      equal(MONEY - (await desk.talk(of, talkMs)), cost);
      deepEqual(await desk.books(), []);
    },
  })),
  {
    name: "tax is rounded to the nearest micro, half up, and is a line of its own",
    run: async (desk) => {
      const of = await desk.customer(MONEY, { perMinute: 60n, first: 1, next: 1 }, { taxPpm: 500_000 });
      equal(MONEY - (await desk.talk(of, 3_000)), 3n + 2n);
      const lines = await desk.make.sql<{ account: string; amount: string }>(
        "SELECT account, amount_micros::text AS amount FROM ledger_entry e JOIN ledger_transaction x ON x.id = e.transaction_id WHERE x.kind = 'charge' ORDER BY line",
      );
      deepEqual(
        lines.map(({ account, amount }) => `${account} ${amount}`),
        ["wallet -3", "revenue 3", "wallet -2", "tax 2"],
      );
      deepEqual(await desk.books(), []);
    },
  },
  {
    name: "a maximum charge cuts the grant where it is reached",
    run: async (desk) => {
      const of = await desk.customer(MONEY, { perMinute: 60_000n, first: 1, next: 1, max: 20_000n, beyond: "cut" });
      const { granted_seconds } = await desk.calls.authorise({ call: "cut", endpoint: of.phone.endpoint });
      equal(granted_seconds, 20);
      equal((await desk.make.wallet(of.tenant)).held, 20_000n);
    },
  },
];
