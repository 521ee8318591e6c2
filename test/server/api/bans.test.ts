import { afterAll, beforeAll, expect, test } from "vitest";

import { signIn } from "@/server/auth/sign-in";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let owner: ReturnType<typeof callerFor>;
let tenantSlug: string;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  owner = callerFor(db.app, await branches.everyRole(branches.operator).then(({ owner: id }) => id));
  tenantSlug = branches.operator.slug;
});
afterAll(() => db.drop());

const actions = async () =>
  (
    await branches.build.sql<{ action: string }>(
      "SELECT action FROM audit_event WHERE action LIKE 'ban.%' ORDER BY seq",
    )
  ).map(({ action }) => action);

test("a ban is looked at, placed, seen and taken back, and the trail says so", async () => {
  const asked = {
    tenantSlug,
    network: " 203.0.113.7/32 ",
    scope: "sip",
    reason: "Guesses secrets",
    seconds: 600,
  } as const;
  expect(await owner.bans.preview(asked)).toEqual([]);
  const placed = await owner.bans.place(asked);
  expect(placed).toMatchObject({ placed: true, timesBefore: 0 });
  const { items, active } = await owner.bans.list({ tenantSlug, text: "203.0.113.7" });
  expect(active).toBe(1);
  expect(items).toMatchObject([
    { network: "203.0.113.7", scope: "sip", reason: "Guesses secrets", source: "person", hits: 0 },
  ]);
  expect(await owner.bans.lift({ tenantSlug, banId: placed.id })).toEqual({ id: placed.id, lifted: true });
  expect((await owner.bans.list({ tenantSlug })).items).toEqual([]);
  expect((await owner.bans.list({ tenantSlug, show: "ended" })).items).toHaveLength(1);
  expect(await actions()).toEqual(["ban.place", "ban.lift"]);
});

test("an address is kept from telephones and portal in one act, or from neither", async () => {
  const network = "203.0.113.77";
  const placed = await owner.bans.place({ tenantSlug, network, scope: "all", reason: "Both", seconds: 600 });
  expect(placed).toMatchObject({ placed: true });
  const { items } = await owner.bans.list({ tenantSlug, text: network });
  expect(items.map(({ id, scope }) => `${scope} ${id}`).toSorted()).toEqual(
    placed.ids.map((id, at) => `${["sip", "web"][at]} ${id}`),
  );
  const trail = await branches.build.sql<{ after: object }>(
    "SELECT after FROM audit_event WHERE action = 'ban.place' AND after->>'network' = $1",
    [network],
  );
  expect(trail).toMatchObject([{ after: { scope: "all", bans: placed.ids.join(" ") } }]);
  // Whichever of both bans somebody asks about, and whether or not as the lifting names it, the act is found.
  for (const about of [...placed.ids, ...placed.ids.map((id) => `ban:${id}`), network]) {
    const { items: found } = await owner.audit.list({ tenantSlug, about });
    expect(found.map(({ action }) => action)).toEqual(["ban.place"]);
  }
  for (const banId of placed.ids) await owner.bans.lift({ tenantSlug, banId });

  // One's own way into the portal stays: then the telephones are not cut off either.
  const away = callerFor(db.app, await branches.seat(branches.operator, "owner"), { address: "203.0.113.99" });
  const mine = { tenantSlug, network: "203.0.113.99", scope: "all", reason: "x", cutOff: true } as const;
  await expect(away.bans.place(mine)).rejects.toMatchObject({ message: "ban_cuts_off" });
  expect((await owner.bans.list({ tenantSlug, text: mine.network })).items).toEqual([]);
});

test("before both are cut off telephones and people are named, in one refusal", async () => {
  const network = "203.0.113.80";
  const { sql } = branches.build;
  const ada = await branches.seat(branches.operator, "owner");
  const phone = await branches.build.phone(branches.customer, "180");
  await sql(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, expiration_time) VALUES ('both', $1, $2, (extract(epoch FROM now()) + 300)::bigint::text)",
    [`sip:a@${network}:5061`, phone.endpoint],
  );
  await sql("INSERT INTO session (user_id, address, expires_at) VALUES ($1, $2, now() + interval '1 hour')", [
    ada,
    network,
  ]);
  const [person] = await sql<{ email: string }>("SELECT email FROM person WHERE id = $1", [ada]);
  const asked = { tenantSlug, network, scope: "all", reason: "Both" } as const;
  await expect(owner.bans.place(asked)).rejects.toMatchObject({
    message: "ban_cuts_off",
    cause: {
      sentence: `The telephone ${phone.endpoint} is registered from ${network}; ${person?.email} is signed in from ${network}. Say that it is to be cut off, or ban less.`,
    },
  });
  expect((await owner.bans.list({ tenantSlug, text: network })).items).toEqual([]);
  const placed = await owner.bans.place({ ...asked, cutOff: true });
  expect(placed.ids).toHaveLength(2);
  for (const banId of placed.ids) await owner.bans.lift({ tenantSlug, banId });
  await sql("UPDATE session SET revoked_at = now() WHERE user_id = $1", [ada]);
});

test.each([
  ["0.0.0.0/0", "too wide"],
  ["::/0", "too wide"],
  ["10.0.0.0/8", "too wide"],
  ["203.0.113.7/24", "the network is 203.0.113.0/24"],
  ["example.com", "no address"],
])("%s is refused, because it is %s", async (network, why) => {
  const refused = owner.bans.place({ tenantSlug, network, scope: "sip", reason: "x" });
  await expect(refused).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(refused).rejects.toSatisfy((error: { cause: Error }) => error.cause.message.includes(why));
});

test("one's own way into the portal cannot be banned, and a kept network neither", async () => {
  const from = { address: "203.0.113.50" };
  const away = callerFor(db.app, await branches.everyRole(branches.operator).then(({ owner: id }) => id), from);
  const web = { tenantSlug, scope: "web", reason: "x", cutOff: true } as const;
  expect(await away.bans.preview({ ...web, network: "203.0.113.0/24" })).toEqual([
    { kind: "you", what: "203.0.113.50" },
  ]);
  await expect(away.bans.place({ ...web, network: "203.0.113.0/24" })).rejects.toMatchObject({
    message: "ban_cuts_off",
  });
  await owner.bans.keep({ tenantSlug, network: "192.0.2.128/25", note: "The office" });
  await expect(owner.bans.place({ ...web, network: "192.0.2.129" })).rejects.toMatchObject({ message: "ban_cuts_off" });
  expect((await owner.bans.rules({ tenantSlug })).kept).toMatchObject([
    { network: "192.0.2.128/25", note: "The office" },
  ]);
  await owner.bans.dropKeep({ tenantSlug, network: "192.0.2.128/25" });
  await expect(owner.bans.dropKeep({ tenantSlug, network: "192.0.2.128/25" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("who is banned is answered nothing but why and until when, signed in or not", async () => {
  const expiresAt = new Date("2027-01-02T03:04:05Z");
  const banned = callerFor(db.app, undefined, { ban: { reason: "5 failed sign-ins", expiresAt } });
  for (const ask of [() => banned.me.get(), () => banned.shell.get({ tenantSlug })]) {
    await expect(ask()).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: "banned",
      cause: { sentence: "Requests from your address are refused until 2027-01-02 03:04 UTC: 5 failed sign-ins." },
    });
  }
});

test("five wrong passwords ban the address from the sign-in, even with the right one; another address is let in", async () => {
  const attempts = { begin: async () => 0, succeeded: async () => {} };
  const from = (address: string) => ({ address, userAgent: "", requestId: "r" });
  const tried = { email: "nobody@test.example", password: "not the password of anybody" };
  const attempt = (address: string) =>
    signIn({ db: db.app, attempts, keys: testSettings.factorKeys, appUrl: "" }, tried, from(address));
  for (let n = 0; n < 5; n += 1) expect(await attempt("203.0.113.77")).toBeUndefined();
  await expect(attempt("203.0.113.77")).rejects.toMatchObject({
    code: "banned",
    detail: { reason: "5 failed sign-ins" },
  });
  expect(await attempt("203.0.113.78")).toBeUndefined();
});

test("the rule is shown and set", async () => {
  const rule = {
    scope: "web",
    automatic: false,
    failures: 20,
    windowSeconds: 600,
    firstSeconds: 60,
    longestSeconds: 3_600,
  } as const;
  await owner.bans.setRule({ tenantSlug, ...rule });
  expect((await owner.bans.rules({ tenantSlug })).settings).toEqual([
    { scope: "sip", automatic: true, failures: 5, windowSeconds: 300, firstSeconds: 300, longestSeconds: 86_400 },
    rule,
  ]);
  await expect(owner.bans.setRule({ tenantSlug, ...rule, longestSeconds: 59 })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
  await expect(owner.bans.setRule({ tenantSlug, ...rule, windowSeconds: 0 })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});

test("bans are the operator's", async () => {
  const { owner: id } = await branches.everyRole(branches.customer);
  await expect(callerFor(db.app, id).bans.list({ tenantSlug: branches.customer.slug })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});
