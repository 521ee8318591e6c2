import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { endRate } from "@/server/domain/rating/plan-edit";
import { setRate } from "@/server/domain/rating/rates";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { micros } from "@/server/kernel/money";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { deckDesk } from "@/test/support/decks";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

/** Days to come, finer than a clock of milliseconds. */
const DAYS = [1, 2, 3, 4, 5, 6].map((day) => `2098-01-0${day}T00:00:00.000500Z`);
/** Where it is looked: now, at each of the days, between them, and long after. */
const LOOKS = [...DAYS.flatMap((day) => [day, day.replace("T00", "T12")]), "2099-01-01T00:00:00Z"];
const day = fc.nat(DAYS.length - 1);
const end = fc.option(day, { nil: undefined });

const stepOf = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("set" as const), to: end }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("plan" as const), from: day, to: end }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), nth: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("deck" as const), from: end, to: end, leaves: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("back" as const) }) },
);
type Step = typeof stepOf extends fc.Arbitrary<infer T> ? T : never;

/** A plan of one prefix, what somebody does to it, and where it has a price then. */
async function desk() {
  const plan = await on.plan(on.operator, { "1": { perMinute: 1n } });
  const decks = deckDesk(db, on.operator);
  const tenantId = on.operator.tenantId as TenantId;
  const by = { tenantId, actor: { kind: "cli", id: "test", requestId: "r" } } as const;
  const looks = async (): Promise<number[]> => {
    const rows = await on.sql<{ n: number }>(
      `SELECT count(r.id)::int AS n FROM unnest($2::timestamptz[] || clock_timestamp()) WITH ORDINALITY m(at, n)
         LEFT JOIN rate r ON r.plan_id = $1 AND r.prefix = '49' AND r.valid @> m.at GROUP BY m.n ORDER BY m.n`,
      [plan, LOOKS],
    );
    return rows.map(({ n }) => n);
  };
  /** The prices there are, those that are over left out, and whether one holds right before each. */
  const prices = () =>
    on.sql<{ id: string; at: boolean[]; planned: boolean; follows: boolean }>(
      `SELECT id, planned, follows, at FROM (
         SELECT r.id, lower(r.valid) > clock_timestamp() AS planned, lower(r.valid) AS since,
           EXISTS (SELECT FROM rate x WHERE x.plan_id = r.plan_id AND x.prefix = r.prefix AND upper(x.valid) = lower(r.valid)) AS follows,
           ARRAY(SELECT r.valid @> m FROM unnest($2::timestamptz[] || clock_timestamp()) WITH ORDINALITY u(m, n) ORDER BY n) AS at
         FROM rate r WHERE r.plan_id = $1 AND r.prefix = '49' AND coalesce(upper(r.valid) > clock_timestamp(), true)) y ORDER BY since`,
      [plan, LOOKS],
    );
  const set = (more: { from?: string | undefined; to?: string | undefined }) =>
    change(db.app, { ...by, action: "rate.set" }, async (tx) => {
      const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
      const { rate } = await setRate(tx, tenantId, { planId: plan, prefix: "49", perMinute: micros(5n), ...given });
      return { subject: `rate:${rate.id}`, result: undefined };
    });
  const ends = (rateId: string) =>
    change(db.app, { ...by, action: "rate.end" }, async (tx) => {
      await endRate(tx, tenantId, { planId: plan, rateId });
      return { subject: `rate:${rateId}`, result: undefined };
    });
  return { plan, decks, looks, prices, set, ends };
}
type Desk = Awaited<ReturnType<typeof desk>>;
type Told = Readonly<{ at: boolean[]; deck: string }>;

const from = (since: number | undefined): boolean[] => [
  ...LOOKS.map((_, n) => since !== undefined && n >= since * 2),
  false,
];
const none = from(undefined);
const everywhere = none.map(() => true);
let cents = 0;

/** Does it. @returns where it may leave the prefix without a price, because that was asked for. */
async function doStep(at: Desk, step: Step, applied: Told[], asked: readonly boolean[]): Promise<boolean[]> {
  if (step.kind === "set") {
    await at.set({ to: step.to === undefined ? undefined : DAYS[step.to] });
    return from(step.to);
  }
  if (step.kind === "plan") {
    if (step.to !== undefined && step.to <= step.from) return none;
    await at.set({ from: DAYS[step.from], to: step.to === undefined ? undefined : DAYS[step.to] });
    return none;
  }
  if (step.kind === "end") {
    const all = await at.prices();
    const one = all[step.nth % Math.max(1, all.length)];
    if (!one) return none;
    await at.ends(one.id);
    return one.planned && one.follows ? none : one.at;
  }
  if (step.kind === "back") {
    const last = applied.pop();
    if (!last) return none;
    await at.decks.rollBack(last.deck);
    // As it was before the deck, or as somebody wanted it since.
    return last.at.map((held, n) => !held || (asked[n] ?? false));
  }
  cents += 1;
  const begins = step.from === undefined ? {} : { effective: new Date(DAYS[step.from] ?? "") };
  const until = step.to === undefined ? "" : DAYS[step.to];
  const price = `0.${String(cents).padStart(6, "0")}`;
  const row = step.leaves ? `1,${price},` : `49,${price},${until}`;
  const before = (await at.looks()).map((n) => n > 0);
  const deck = await at.decks.stage(`prefix,rate,effective_to\n${row}\n`, {
    plan: at.plan,
    mode: step.leaves ? "replace" : "merge",
    ...begins,
  });
  await at.decks.apply(deck.id);
  applied.push({ at: before, deck: deck.id });
  return step.leaves ? everywhere : from(step.to);
}

test("whatever is set, planned, ended, brought by a deck and taken back: no moment has two prices, and none is left without one unasked", async () => {
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(stepOf, { minLength: 2, maxLength: 8 }), async (more) => {
      const steps: Step[] = [{ kind: "set", to: undefined }, ...more];
      const at = await desk();
      const applied: Told[] = [];
      let asked: readonly boolean[] = everywhere;
      let before = await at.looks();
      for (const step of steps) {
        let refused = 0;
        const may = await doStep(at, step, applied, asked).catch((error: unknown) => {
          // A refusal, which changes nothing.
          if (!(error instanceof DomainError)) throw error;
          refused += 1;
          return none;
        });
        const after = await at.looks();
        const was = before;
        expect(Math.max(...after), JSON.stringify(step)).toBeLessThan(2);
        const holes = after.flatMap((n, where) => (n === 0 && was[where] === 1 && !may[where] ? [where] : []));
        expect(holes, JSON.stringify(step)).toEqual([]);
        asked = after.map((n, where) => n === 0 && (asked[where] || (may[where] ?? false)));
        before = after;
        done.set(step.kind, (done.get(step.kind) ?? 0) + 1 - refused);
      }
    }),
    {
      // What once left a hole.
      examples: [
        [
          [
            { kind: "plan", from: 2, to: undefined },
            { kind: "end", nth: 1 },
          ],
        ],
        [
          [
            { kind: "plan", from: 2, to: undefined },
            { kind: "deck", from: undefined, to: 2, leaves: false },
            { kind: "end", nth: 1 },
            { kind: "back" },
          ],
        ],
      ],
      numRuns: 25,
      seed: 3,
    },
  );
  // Not refused.
  for (const kind of ["set", "plan", "end", "deck", "back"]) expect(done.get(kind), kind).toBeGreaterThan(3);
}, 300_000);
