import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { Tenancy } from "@/test/support/builders";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { tellOwners } from "@/workers/processors/tell-owners";

const EURO = 1_000_000n;
const JOB = "balance.tell_owners";
let db: TestDatabase;
let on: Stage;
let self: ReturnType<typeof byItself>;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  self = byItself(db, on);
});
afterAll(() => db.drop());
afterEach(async () => expect(await on.sql("SELECT * FROM ledger_check()")).toEqual([]));

/** A customer with two owners, a viewer and 20 euros. */
async function customer(below: bigint | null, days: number | null = null): Promise<Tenancy> {
  const of = await on.tenant("customer", on.reseller);
  for (const role of ["owner", "owner", "viewer"]) await on.person(of, role);
  await on.topUp(of, 20n * EURO);
  await alert(of, below, days);
  return of;
}
const alerts = async (of: Tenancy, levels: readonly (readonly [below: bigint | null, days: number | null])[]) => {
  await on.sql("SELECT set_config('app.tenant_id', $1, false)", [of.tenantId]);
  const each = [levels.map(([below]) => below), levels.map(([, days]) => days)];
  await on.sql("SELECT balance_alerts_set($1::bigint[], $2::int[], 'test')", each);
};
const alert = (of: Tenancy, below: bigint | null, days: number | null = null) =>
  alerts(of, below === null && days === null ? [] : [[below, days]]);
const minute = async () => {
  for (const { wallet_id } of await on.sql<{ wallet_id: string }>("SELECT * FROM levels_due(now())")) {
    await on.sql("SELECT levels_look($1)", [wallet_id]);
  }
};
const told = async (of: Tenancy) => {
  await self.run(of, JOB);
  return (await self.mails(of)).length;
};

/** The levels of which the owners were told, in the order of the mails. */
const levelsTold = async (of: Tenancy): Promise<string[]> => {
  await self.run(of, JOB);
  const trail = await on.sql<{ levels: string }>(
    "SELECT after ->> 'levels' AS levels FROM audit_event WHERE tenant_id = $1 AND action = 'billing.tell_owners' ORDER BY seq",
    [of.tenantId],
  );
  return trail.map(({ levels }) => levels);
};

describe("credit that falls through several levels", () => {
  test("is told at each, with the one that comes next; those passed at once are one mail", async () => {
    const of = await customer(null);
    await alerts(of, [
      [15n * EURO, null],
      [10n * EURO, null],
      [5n * EURO, null],
    ]);
    await self.spend(of, 6n * EURO);
    expect(await told(of)).toBe(2);
    await self.spend(of, 10n * EURO);
    expect(await levelsTold(of)).toEqual(["1", "2,3"]);
    const mails = await self.mails(of);
    expect(mails).toHaveLength(4);
    expect(mails[0]?.body).toContain("Level 1 of 3: You asked to be told below €15.00.");
    expect(mails[0]?.body).toContain("The next mail comes below €10.00.");
    expect(mails[3]?.body).toContain("Level 2 of 3");
    expect(mails[3]?.body).toContain("Level 3 of 3");
    expect(mails[3]?.body).toContain("No further mail comes until there is more again.");
    // The lowest is armed again, the others are not.
    await on.topUp(of, 2n * EURO);
    await self.spend(of, 2n * EURO);
    expect(await levelsTold(of)).toEqual(["1", "2,3", "3"]);
  });

  test.each([1, 2])("and rises: each level is told exactly once per fall (%i)", async (seed) => {
    const of = await customer(null);
    const levels = [18n, 12n, 6n].map((euros) => euros * EURO);
    await alerts(
      of,
      levels.map((below) => [below, null]),
    );
    let at = seed;
    const roll = (sides: number): bigint => {
      at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
      return BigInt(Math.floor((at / 2_147_483_648) * sides));
    };
    let free = 20n * EURO;
    const armed = levels.map(() => true);
    const wanted: string[] = [];
    for (let move = 0; move < 40; move += 1) {
      const [up, amount] = [roll(2) === 1n, (1n + roll(90)) * (EURO / 10n)];
      if (up) await on.topUp(of, amount);
      else if (amount > free) continue;
      else await self.spend(of, amount);
      free += up ? amount : -amount;
      const passed: number[] = [];
      for (const [n, level] of levels.entries()) {
        if (armed[n] && free < level) passed.push(n + 1);
        armed[n] = armed[n] ? free >= level : free * 10n >= level * 11n;
      }
      if (passed.length > 0) wanted.push(passed.join(","));
      // Now and then the minute looks as well, and finds nothing to add.
      if (roll(8) === 0n) await minute();
      if (passed.length > 0 || roll(4) === 0n) expect(await levelsTold(of)).toEqual(wanted);
    }
    expect(wanted.length).toBeGreaterThan(5);
    expect(await told(of)).toBe(2 * wanted.length);
  });
});

describe("credit that falls below the alert", () => {
  test("is told to every owner once, until there is a tenth more again", async () => {
    const of = await customer(10n * EURO);
    expect(await told(of)).toBe(0);
    await self.spend(of, 10n * EURO + 10_000n);
    expect(await told(of)).toBe(2);
    const [mail] = await self.mails(of);
    expect(mail?.subject).toMatch(/^Low balance, .*9\.99/);
    expect(mail?.body).toContain(`https://portal.example/t/${of.slug}/balance`);
    await on.topUp(of, EURO / 2n);
    await self.spend(of, EURO);
    await on.topUp(of, EURO + EURO / 2n);
    await self.spend(of, EURO);
    await minute();
    expect(await told(of), "10.99 was not enough to be armed again").toBe(2);
    await on.topUp(of, 2n * EURO);
    expect(await told(of)).toBe(2);
    await self.spend(of, 2n * EURO);
    expect(await told(of), "11 was").toBe(4);
  });

  test("by ten spenders at once, told by five workers, makes one mail for each owner", async () => {
    const of = await customer(15n * EURO);
    await Promise.all(Array.from({ length: 10 }, () => self.spend(of, EURO)));
    expect(await self.take(of, JOB)).toHaveLength(1);
    await Promise.all(Array.from({ length: 5 }, () => tellOwners({}, self.contextOf(of))));
    expect(await self.mails(of)).toHaveLength(2);
    const trail = await on.sql(
      "SELECT after FROM audit_event WHERE tenant_id = $1 AND action = 'billing.tell_owners'",
      [of.tenantId],
    );
    expect(trail).toEqual([{ after: { news: "low", levels: "1", owners: 2 } }]);
  });

  test("is told though it rose again before the mail was written", async () => {
    const of = await customer(10n * EURO);
    await self.spend(of, 15n * EURO);
    await on.topUp(of, 50n * EURO);
    expect(await told(of)).toBe(2);
  });

  test("counts the days that it lasts at the pace of the last seven, as calls are charged", async () => {
    const of = await customer(null, 5);
    const charged = (amount: bigint) =>
      on.sql(
        `INSERT INTO spend_day (tenant_id, day, extension_id, charged_micros, calls)
         VALUES ($1, (now() AT TIME ZONE (SELECT time_zone FROM tenant WHERE id = $1))::date, $2, $3, 1)`,
        [of.tenantId, randomUUID(), amount],
      );
    await charged(20n * EURO);
    await self.spend(of, EURO);
    expect(await told(of), "19 last six days at 20 a week").toBe(0);
    await charged(10n * EURO);
    await self.spend(of, EURO);
    expect(await told(of), "18 do not last five days at 30 a week").toBe(2);
    await on.sql("UPDATE spend_day SET day = day - 10 WHERE tenant_id = $1", [of.tenantId]);
    await minute();
    await charged(30n * EURO);
    await minute();
    expect(await told(of), "time alone arms it, and time alone fires it").toBe(4);
  });

  test("set where it is low already goes off at once; the same again does not, and none is none", async () => {
    const of = await customer(25n * EURO);
    expect(await told(of)).toBe(2);
    await alert(of, 25n * EURO);
    expect(await told(of)).toBe(2);
    await alert(of, 30n * EURO);
    expect(await told(of)).toBe(4);
    await alert(of, null);
    await self.spend(of, EURO);
    await minute();
    expect(await told(of)).toBe(4);
    expect(await on.sql("SELECT * FROM balance_alert WHERE tenant_id = $1", [of.tenantId])).toEqual([]);
  });

  test("whose mail got lost in the queue is told by the look of the next minutes", async () => {
    const of = await customer(10n * EURO);
    await self.spend(of, 15n * EURO);
    await self.take(of, JOB);
    await on.sql("UPDATE balance_alert SET fired_at = fired_at - interval '2 minutes' WHERE tenant_id = $1", [
      of.tenantId,
    ]);
    await minute();
    expect(await told(of)).toBe(2);
  });
});
