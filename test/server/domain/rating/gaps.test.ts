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
  /** The prices there are, those that are over left out, and the one that holds right before each. */
  const prices = () =>
    on.sql<{ id: string; at: boolean[]; planned: boolean; follows: string | null }>(
      `SELECT id, planned, follows, at FROM (
         SELECT r.id, lower(r.valid) > clock_timestamp() AS planned, lower(r.valid) AS since,
           (SELECT x.id FROM rate x WHERE x.plan_id = r.plan_id AND x.prefix = r.prefix AND upper(x.valid) = lower(r.valid)) AS follows,
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
type Told = Readonly<{ at: boolean[]; deck: string; ends: Ends }>;
/** The day at which a price has to be over, because somebody gave it that end. */
type Ends = ReadonlyMap<string, number>;

const from = (since: number | undefined): boolean[] => [
  ...LOOKS.map((_, n) => since !== undefined && n >= since * 2),
  false,
];
const none = from(undefined);
const everywhere = none.map(() => true);
let cents = 0;

/** Does it. @returns where it may leave the prefix without a price, because that was asked for. */
async function doStep(
  at: Desk,
  step: Step,
  applied: Told[],
  asked: readonly boolean[],
  ends: Map<string, number>,
): Promise<boolean[]> {
  if (step.kind === "set") {
    await at.set({ to: step.to === undefined ? undefined : DAYS[step.to] });
    return from(step.to);
  }
  if (step.kind === "plan") {
    if (step.to !== undefined && step.to <= step.from) return none;
    const open = ({ id, at: held }: { id: string; at: boolean[] }) =>
      held[step.from * 2] && ends.get(id) === Number.POSITIVE_INFINITY;
    // In the place of one that gives way to the next, it does so as well.
    const givesWay = (await at.prices()).some(open);
    await at.set({ from: DAYS[step.from], to: step.to === undefined ? undefined : DAYS[step.to] });
    if (givesWay) for (const { id } of await at.prices()) ends.set(id, ends.get(id) ?? Number.POSITIVE_INFINITY);
    return none;
  }
  if (step.kind === "end") {
    const all = await at.prices();
    const one = all[step.nth % Math.max(1, all.length)];
    if (!one) return none;
    await at.ends(one.id);
    // What was ended by hand does not come to life again when a deck is taken back.
    if (!one.planned) for (const [n, told] of applied.entries()) applied[n] = { ...told, at: none };
    if (!one.planned || one.follows === null) return one.at;
    // What was before it goes on, as far as it was to.
    const over = from(ends.get(one.follows));
    return one.at.map((held, n) => held && (over[n] ?? false));
  }
  if (step.kind === "back") {
    const last = applied.pop();
    if (!last) return none;
    await at.decks.rollBack(last.deck);
    for (const [id, end] of last.ends) ends.set(id, end);
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
  const told = await at.prices();
  await at.decks.apply(deck.id);
  const old = new Map(told.map(({ id }) => [id, ends.get(id) ?? Number.POSITIVE_INFINITY]));
  applied.push({ at: before, deck: deck.id, ends: old });
  // What the file does not have ends with it.
  if (step.leaves && step.from !== undefined) for (const [id, end] of old) ends.set(id, Math.min(end, step.from));
  return step.leaves ? everywhere : from(step.to);
}

/** The end that a step gives to what it brings. */
const endOf = (step: Step): number => ("to" in step ? step.to : undefined) ?? Number.POSITIVE_INFINITY;

test("whatever is set, planned, ended, brought by a deck and taken back: no moment has two prices, none is left without one unasked, and none goes on past the end it was given", async () => {
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(stepOf, { minLength: 2, maxLength: 8 }), async (more) => {
      const steps: Step[] = [{ kind: "set", to: undefined }, ...more];
      const at = await desk();
      const applied: Told[] = [];
      let asked: readonly boolean[] = everywhere;
      const ends = new Map<string, number>();
      let before = await at.looks();
      for (const step of steps) {
        let refused = 0;
        const may = await doStep(at, step, applied, asked, ends).catch((error: unknown) => {
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
        for (const { id, at: held } of await at.prices()) {
          if (!ends.has(id)) ends.set(id, endOf(step));
          const over = from(ends.get(id));
          const past = held.flatMap((holds, n) => (holds && over[n] ? [n] : []));
          expect(past, JSON.stringify(step)).toEqual([]);
        }
        // An end that was given is remembered where something planned for later is beyond it, until another price is set.
        const wished = (where: number) => asked[where] || (may[where] ?? false);
        asked = after.map((n, where) =>
          n === 1 && step.kind === "set" && refused === 0
            ? (may[where] ?? false)
            : wished(where) && (n === 0 || was[where] === 1),
        );
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
        // What once held on past its own end, and past the moment at which a deck left it out.
        [
          [
            { kind: "set", to: 2 },
            { kind: "plan", from: 2, to: undefined },
            { kind: "end", nth: 1 },
          ],
        ],
        [
          [
            { kind: "deck", from: 3, to: undefined, leaves: true },
            { kind: "plan", from: 3, to: 5 },
            { kind: "end", nth: 1 },
          ],
        ],
        // A price of a deck goes, and then what came after it, by hand, by another deck, or when the deck was taken back.
        [
          [
            { kind: "deck", from: 1, to: undefined, leaves: false },
            { kind: "plan", from: 3, to: undefined },
            { kind: "end", nth: 1 },
            { kind: "end", nth: 1 },
          ],
        ],
        [
          [
            { kind: "deck", from: 1, to: undefined, leaves: false },
            { kind: "deck", from: 3, to: undefined, leaves: false },
            { kind: "end", nth: 1 },
            { kind: "end", nth: 1 },
            { kind: "back" },
          ],
        ],
        [
          [
            { kind: "deck", from: 1, to: undefined, leaves: false },
            { kind: "plan", from: 3, to: undefined },
            { kind: "back" },
            { kind: "end", nth: 1 },
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
