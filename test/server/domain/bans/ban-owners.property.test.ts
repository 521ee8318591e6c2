import { afterAll, beforeAll, expect, test } from "vitest";

import { countFailures } from "@/server/domain/bans/automatic";
import { liftBan, placeBan, placeRuleBan } from "@/server/domain/bans/bans";
import { banSources } from "@/server/domain/incidents/containment-acts";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { strayBans } from "@/test/support/stray-bans";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const network = "203.0.113.50";
const DAY_S = 86_400;
/** Lengths are thousands of seconds and the test takes fewer than some hundreds, so that the clock decides nothing. */
const UNIT_S = 1_000;
const SLACK_S = 450;

type Phone = Awaited<ReturnType<ContainedStage["realPhone"]>>;
type Held = { id: string; bannedBy: boolean };

/** Who holds the ban, and for how many seconds more, as it should be. */
class Model {
  holders = new Map<string, number>();
  held: Held[] = [];
  longest = (): number => Math.max(0, ...this.holders.values());
  hold(owner: string, seconds: number): void {
    this.holders.set(owner, Math.max(seconds, this.holders.get(owner) ?? 0));
  }
  pass(seconds: number): void {
    for (const [owner, left] of this.holders) {
      if (left > seconds) this.holders.set(owner, left - seconds);
      else this.holders.delete(owner);
    }
  }
}

function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

async function phoneThere(number: string): Promise<Phone> {
  const phone = await on.realPhone(number);
  const call = await on.live(phone.endpoint);
  await on.sql("UPDATE call SET source_address = $2 WHERE pbx_call_id = $1", [call, network]);
  // Held throughout, so that none of them counts as somebody who works there.
  const { id: incidentId } = await on.incident();
  await on.contain({ incidentId, target: on.target(phone) });
  return phone;
}

const leftNow = async (): Promise<{ id: string; left: number } | undefined> =>
  (
    await on.sql<{ id: string; left: number }>(
      `SELECT id, extract(epoch FROM expires_at - clock_timestamp())::float AS left FROM ban
       WHERE network = $1 AND lifted_at IS NULL AND expires_at > clock_timestamp()`,
      [network],
    )
  )[0];

/** As if that much time had passed for all that bans are made of. */
async function pass(seconds: number): Promise<void> {
  const by = [seconds];
  await on.sql(
    "UPDATE ban SET created_at = created_at - make_interval(secs => $1), expires_at = expires_at - make_interval(secs => $1)",
    by,
  );
  await on.sql("UPDATE ban_owner SET until = until - make_interval(secs => $1)", by);
}

/** One step of somebody's, at the system and at the model. */
async function act(model: Model, pick: (below: number) => number, phones: readonly Phone[]): Promise<string> {
  const seconds = (1 + pick(60)) * UNIT_S;
  const kind = pick(7);
  if (kind === 0 || kind === 1) {
    const id = ["Mara", "Nils"][pick(2)] ?? "";
    const asked = { network, scope: "sip", reason: "Looked at", seconds, source: { kind: "person", id } } as const;
    await on.write((tx) => placeBan(tx, asked));
    model.hold(id, seconds);
    return `${id} bans for ${seconds}`;
  }
  if (kind === 2) {
    const asked = { network, scope: "sip", reason: "Many", rule: "sip_failure network", seconds } as const;
    await on.write((tx) => placeRuleBan(tx, asked));
    model.hold("rule", seconds);
    return `a rule bans for ${seconds}`;
  }
  if (kind === 3) {
    const at = { scope: "sip", address: network, failures: 5, at: new Date(), requestId: "r" } as const;
    const done = await countFailures(db.app, at);
    // The length is the rule's; five minutes at least, so it is known to be there only until time passes.
    if (done?.ban) model.hold("automatic", (done.ban.expiresAt.getTime() - Date.now()) / 1_000);
    return "five mistakes";
  }
  if (kind === 4) {
    const { id: incidentId } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phones[pick(phones.length)]) });
    await on.write((tx) => banSources(tx, id));
    await on.write((tx) => banSources(tx, id));
    model.held.push({ id, bannedBy: true });
    model.hold(id, DAY_S);
    return "a containment";
  }
  if (kind === 5 && model.held.length > 0) {
    const [one] = model.held.splice(pick(model.held.length), 1);
    await on.release(one?.id ?? "");
    model.holders.delete(one?.id ?? "");
    return "a release";
  }
  const ban = await leftNow();
  if (kind === 6 && pick(3) === 0 && ban) {
    await on.write((tx) => liftBan(tx, { banId: ban.id, by: "test" }));
    model.holders.clear();
    return "somebody lifts it";
  }
  const passed = pick(40) * UNIT_S + UNIT_S / 2;
  await pass(passed);
  model.pass(passed);
  return `${passed} s pass`;
}

test("whoever places, prolongs, releases or waits: a ban holds exactly as long as the last who holds it wants", async () => {
  const phones = [await phoneThere("301"), await phoneThere("302")];
  const rule = ["sip", true, 5, 300, 1_000, DAY_S];
  await on.sql(
    "INSERT INTO ban_setting (scope, automatic, failures, window_seconds, first_seconds, longest_seconds, tenant_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [...rule, on.desk],
  );
  for (const seed of [20_261_129, 7, 4_711]) {
    const pick = dice(seed);
    const model = new Model();
    const told: string[] = [];
    for (let step = 0; step < 45; step += 1) {
      told.push(await act(model, pick, phones));
      const story = `seed ${seed}: ${told.slice(-8).join("; ")}`;
      const left = (await leftNow())?.left ?? 0;
      expect(Math.abs(left - model.longest()), `${story}: ${left} s left, not ${model.longest()}`).toBeLessThan(
        SLACK_S,
      );
      expect(left > 0, story).toBe(model.longest() > 0);
      expect(await strayBans(on.sql), story).toEqual([]);
    }
    for (const { id } of model.held) await on.release(id);
    await pass(400 * DAY_S);
  }
});

test("what a person made longer by hand stays when the containment that banned first is released", async () => {
  const [phone] = [await phoneThere("310")];
  const { id: incidentId } = await on.incident();
  const { id } = await on.contain({ incidentId, target: on.target(phone) });
  await on.write((tx) => banSources(tx, id));
  const asked = { network, scope: "sip", reason: "For a week", seconds: 7 * DAY_S } as const;
  const longer = await on.write((tx) => placeBan(tx, { ...asked, source: { kind: "person", id: "Mara" } }));
  expect(longer).toMatchObject({ placed: false, prolonged: true });
  await on.release(id);
  expect((await leftNow())?.left).toBeGreaterThan(6 * DAY_S);
  const [row] = await on.sql("SELECT source, source_id, reason FROM ban WHERE id = $1", [longer.id]);
  expect(row).toEqual({ source: "person", source_id: "Mara", reason: "For a week" });
  await on.write((tx) => liftBan(tx, { banId: longer.id, by: "test" }));
  expect(await leftNow()).toBeUndefined();
});

test("an automatic ban that a containment prolonged is over when its own time is, once that is released", async () => {
  const phone = await phoneThere("311");
  await countFailures(db.app, { scope: "sip", address: network, failures: 5, at: new Date(), requestId: "r" });
  const own = (await leftNow())?.left ?? 0;
  expect(own).toBeGreaterThan(0);
  const { id: incidentId } = await on.incident();
  const { id } = await on.contain({ incidentId, target: on.target(phone) });
  await on.write((tx) => banSources(tx, id));
  expect((await leftNow())?.left).toBeGreaterThan(DAY_S - SLACK_S);
  await on.release(id);
  expect((await leftNow())?.left).toBeLessThanOrEqual(own);
  expect(await strayBans(on.sql)).toEqual([]);
});
