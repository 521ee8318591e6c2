import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import { sentenceInWords } from "@/server/api/sentence-words";
import { nameTrunk } from "@/server/infra/db/name-trunk";
import { inLanguage } from "@/server/infra/words/speaking";
import { byItself } from "@/test/support/by-itself";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

const acme = { tenantSlug: "acme" };
const top = { tenantSlug: "operator" };
const seller = { tenantSlug: "reseller", ofTenantSlug: "acme" };
let db: TestDatabase;
let on: Stage;
let phone: string;
let did: string;
let cardId: string;
let firstEmail: string;
let colleague: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  cardId = await byItself(db, on).card(on.customer);
  phone = (await on.phone(on.customer, "201")).extensionId;
  await on.phone(on.customer, "202");
  did = "+493055500001";
  await on.as("operator").numbers.add({ ...top, did, toTenantSlug: "acme" });
  await nameTrunk(db.ownerUrl, { endpoint: "carrier", match: "192.0.2.10:5060/32" });
  firstEmail = await emailOf(on.owners.customer);
  colleague = await on.person(on.operator);
});
afterAll(() => db.drop());

const emailOf = async (id: string) =>
  (await on.sql<{ email: string }>("SELECT email FROM person WHERE id = $1", [id]))[0]?.email ?? "";

type Seen = Record<string, string | number | boolean | null>;
type Save = (seen?: Seen) => Promise<unknown>;

/** Of each thing: what the first of two writes, what the second writes who saw what was there before, and what they saw. */
const things: Readonly<Record<string, () => { first: Save; second: Save; saw: Seen }>> = {
  "extensions.edit": () => {
    const edit = (displayName: string) => (seen?: Seen) =>
      on.as("customer").extensions.edit({ ...acme, extensionId: phone, displayName, seen });
    return { first: edit("Reception"), second: edit("Workshop"), saw: { displayName: "Phone 201" } };
  },
  "extensions.setAllowList": () => {
    const set = (network: string) => (seen?: Seen) =>
      on
        .as("customer")
        .extensions.setAllowList({ ...acme, extensionId: phone, networks: [network], cutOff: true, seen });
    return { first: set("198.51.100.0/24"), second: set("203.0.113.0/24"), saw: { networks: "" } };
  },
  "numbers.route": () => {
    const route = (extensionId: string | null) => (seen?: Seen) =>
      on.as("customer").numbers.route({ ...acme, did, extensionId, seen });
    return { first: route(phone), second: route(null), saw: { extension: "202" } };
  },
  "statements.setDetails": () => {
    const set = (vatId: string) => (seen?: Seen) =>
      on.as("customer").statements.setDetails({ ...acme, address: "Quay 1", vatId, seen });
    return { first: set("DE111111111"), second: set("DE222222222"), saw: { address: "Quay 1", vatId: "" } };
  },
  "alerts.set": () => {
    const set = (forDays: number) => (seen?: Seen) =>
      on.as("customer").alerts.set({ ...acme, levels: [{ below: null, forDays }], seen });
    return { first: set(3), second: set(5), saw: { levels: "" } };
  },
  "autoTopUp.set": () => {
    const set = (threshold: string) => (seen?: Seen) =>
      on.as("customer").autoTopUp.set({ ...acme, cardId, threshold, amount: "25", monthly: "100", seen });
    return { first: set("10"), second: set("15"), saw: { threshold: "5.000000" } };
  },
  "members.setFactorPolicy": () => {
    const set = (roles: "viewer" | "billing") => (seen?: Seen) =>
      on.as("customer").members.setFactorPolicy({ ...acme, roles: [roles], seen });
    return { first: set("viewer"), second: set("billing"), saw: { roles: "" } };
  },
  "members.setContactNumber": () => {
    const set = (contactNumber: string) => (seen?: Seen) =>
      on.as("customer").members.setContactNumber({ ...acme, contactNumber, seen });
    return { first: set("+4930901820"), second: set("+4930901821"), saw: { contactNumber: "" } };
  },
  "terms.setCreditLimit": () => {
    const set = (limit: string) => (seen?: Seen) =>
      on.as("operator").terms.setCreditLimit({ ...top, ofTenantSlug: "reseller", limit, seen });
    return { first: set("10"), second: set("20"), saw: { creditLimit: "0.000000" } };
  },
  "terms.setTax": () => {
    const set = (percent: string) => (seen?: Seen) =>
      on.as("reseller").terms.setTax({ ...seller, percent, name: "VAT", seen });
    return { first: set("19"), second: set("7"), saw: { percent: "0", name: "" } };
  },
  "rules.set": () => {
    const set = (warn: string) => (seen?: Seen) =>
      on.as("customer").rules.set({ ...acme, signal: "refused", scope: "extension", warn, seen });
    return { first: set("10"), second: set("5"), saw: { warn: null } };
  },
  "retention.set": () => {
    const set = (keepDays: number) => (seen?: Seen) =>
      on
        .as("operator")
        .retention.set({ ...top, ofTenantSlug: "operator", class: "mail", action: "delete", keepDays, seen });
    return { first: set(60), second: set(90), saw: { action: "delete", wishDays: 400 } };
  },
  "trunks.setNetworks": () => {
    const set = (network: string) => (seen?: Seen) =>
      on.as("operator").trunks.setNetworks({ ...top, trunk: "carrier", networks: [network], cutOff: true, seen });
    return { first: set("198.51.100.0/24"), second: set("203.0.113.0/24"), saw: { networks: "" } };
  },
  "duties.take": () => {
    const take = (userId: string) => (seen?: Seen) =>
      on.as({ userId }).duties.take({ ...top, duty: "rules", taken: true, seen });
    return { first: take(on.owners.operator), second: take(colleague), saw: { owner: null } };
  },
  "duties.done": () => {
    const done = (note: string) => (seen?: Seen) =>
      on.as("operator").duties.done({ ...top, duty: "rules", note, seen });
    return { first: done("All of them rehearsed."), second: done("Two were wrong."), saw: { note: "" } };
  },
  "bans.setRule": () => {
    const rule = { automatic: true, windowSeconds: 300, firstSeconds: 300, longestSeconds: 3_600 };
    const set = (failures: number) => (seen?: Seen) =>
      on.as("operator").bans.setRule({ ...top, scope: "sip", ...rule, failures, seen });
    return { first: set(6), second: set(7), saw: { failures: 5 } };
  },
};

describe("of two who write one thing", () => {
  test.each(Object.keys(things))("the second is told and nothing of the first is lost: %s", async (name) => {
    const { first, second, saw } = things[name]?.() ?? never(name);
    await first();
    const late = await second(saw).then(
      never,
      (error: { cause: { code: string; detail: { there: string } } }) => error,
    );
    expect(late).toMatchObject({ message: "changed_meanwhile" });
    const there = JSON.parse(late.cause.detail.there);
    expect(Object.keys(there)).toHaveLength(1);
    // What the first wrote is there still: who writes the same takes nothing away, whatever they saw.
    await first(saw);
    // Who was told what is there, and saves again, means it.
    await second({ ...saw, ...there });
    await expect(first({ ...saw, ...there })).rejects.toMatchObject({ message: "changed_meanwhile" });
  });

  test("the sentence says who it was and what is there now", async () => {
    const edit = (callerId: string, seen?: Seen) =>
      on.as({ userId: on.owners.customer }).extensions.edit({ ...acme, extensionId: phone, callerId, seen });
    await edit("+493012345678");
    await expect(edit("+493087654321", { callerId: null })).rejects.toMatchObject({
      cause: {
        sentence: `${firstEmail} changed this while you typed: it is 493012345678 now. Save again to put yours in place of theirs.`,
        detail: { field: "callerId" },
      },
    });
  });

  test("who was told of one value has not seen the other that changed as well", async () => {
    const { extensionId } = await on.phone(on.customer, "203");
    const edit = (change: object) => on.as("customer").extensions.edit({ ...acme, extensionId, ...change });
    const old = { displayName: "Quay", maxCalls: 5, dailyCap: "10" };
    await edit(old);
    await edit({ maxCalls: 1, dailyCap: "1" });
    const saw = { ...old, dailyCap: "10.000000" };
    const late = (seen: Seen) =>
      edit({ ...old, displayName: "Pier", seen }).then(never, ({ cause: { detail } }) => detail);
    const first = await late(saw);
    expect(first).toEqual({ field: "maxCalls", there: '{"maxCalls":1}' });
    const second = await late({ ...saw, ...JSON.parse(first.there) });
    expect(second).toEqual({ field: "dailyCap", there: '{"dailyCap":"1.000000"}' });
    await edit({ ...old, seen: { ...saw, ...JSON.parse(first.there), ...JSON.parse(second.there) } });
  });

  test("the end that another gave a rule is not taken back unseen, and the trail has it on both sides", async () => {
    const key = { signal: "refused", scope: "tenant" } as const;
    const set = (warn: string, until?: Date | null, seen?: Seen) =>
      on.as("customer").rules.set({ ...acme, ...key, warn, until, seen });
    await set("40");
    const until = new Date(Date.now() + 7 * 86_400_000);
    const { own } = await set("40", until);
    expect(own.until).toEqual(until);
    const saw = { warn: "40", until: null };
    await expect(set("30", null, saw)).rejects.toMatchObject({
      message: "changed_meanwhile",
      cause: {
        sentence: expect.stringMatching(/ it is \d{4}-\d\d-\d\d \d\d:\d\d UTC now\./),
        detail: { field: "until", there: JSON.stringify({ until: until.toISOString() }) },
      },
    });
    // Who does not speak of the end leaves it.
    expect((await set("30", undefined, saw)).own.until).toEqual(until);
    await set("30", null, { warn: "30", until: until.toISOString() });
    const [last] = await on.sql(
      "SELECT before, after FROM audit_event WHERE tenant_id = $1 AND action = 'rule.set' ORDER BY seq DESC LIMIT 1",
      [on.customer.tenantId],
    );
    expect(last).toMatchObject({ before: { until: until.toISOString() }, after: { ...key, until: null } });
  });

  test("a card is told by what stands on it", async () => {
    const other = await byItself(db, on).card(on.customer);
    const set = (card: string, seen?: Seen) =>
      on.as("customer").autoTopUp.set({ ...acme, cardId: card, threshold: "10", amount: "25", monthly: "100", seen });
    await set(other);
    const third = await byItself(db, on).card(on.customer);
    await expect(set(third, { card: cardId })).rejects.toMatchObject({
      cause: { sentence: expect.stringContaining("it is Visa 4242 now."), detail: { field: "card" } },
    });
  });

  test("a long value is cut, so that the sentence can be said in every language", async () => {
    const set = (networks: string[], seen?: Seen) =>
      on.as("customer").extensions.setAllowList({ ...acme, extensionId: phone, networks, cutOff: true, seen });
    await set(Array.from({ length: 30 }, (_, n) => `198.51.${n + 100}.0/24`));
    const sentence = await set([], { networks: "" }).then(never, ({ cause }) => cause.sentence);
    expect(inLanguage("de", () => sentenceInWords(sentence))).toContain("198.51.100.0/24");
  });

  test("nobody is named for what they changed of another", async () => {
    const other = await on.person(on.operator);
    const set = (userId: string, ofTenantSlug: string, keepDays: number, seen?: Seen) =>
      on.as({ userId }).retention.set({ ...top, ofTenantSlug, class: "mail", action: "delete", keepDays, seen });
    await set(on.owners.operator, "operator", 70);
    await set(other, "acme", 90);
    await set(other, "acme", 70);
    await expect(set(other, "operator", 80, { wishDays: 60 })).rejects.toMatchObject({
      cause: { sentence: expect.stringContaining(`${await emailOf(on.owners.operator)} changed this`) },
    });
  });

  test("who changes another field has no conflict with them", async () => {
    const edit = (change: object) => on.as("customer").extensions.edit({ ...acme, extensionId: phone, ...change });
    await edit({ displayName: "Ferry desk" });
    await edit({ maxCalls: 3, seen: { maxCalls: 100 } });
    await expect(
      edit({ displayName: "Ferry desk", maxCalls: 4, seen: { displayName: "?", maxCalls: 3 } }),
    ).resolves.toBeTruthy();
  });

  test("of two at the same moment one is refused", async () => {
    const set = (address: string) =>
      on.as("customer").statements.setDetails({ ...acme, address, vatId: "", seen: { address: "Pier 1" } });
    await on.as("customer").statements.setDetails({ ...acme, address: "Pier 1", vatId: "" });
    const both = await Promise.allSettled([set("Pier 2"), set("Pier 3")]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

function never(what: unknown): never {
  throw new Error(`not expected: ${JSON.stringify(what)}`);
}

/** Other ways to the same end, and why some need none. */
const otherwise: Readonly<Record<string, string>> = {
  "branding.set": "sends the version that was seen",
  "branding.setHost": "sends the name that was seen",
  "branding.setLogo": "a picture replaces a picture, and the trail keeps its fingerprint; nothing typed is lost",
  "bulk.limit": "sets chosen figures of many to the same value on purpose",
  "destinations.save": "sends switches, not the list: what another switched stays",
  "incidentReviews.save": "sends the version that was seen",
  "incidentReviews.setDone": "one tick",
  "incidents.assign": "one choice; the timeline has both",
  "incidents.setSeverity": "one choice; the timeline has both",
  "incidentsMany.assign": "one choice; the timeline has both",
  "incidentsMany.setSeverity": "one choice; the timeline has both",
  "limits.set": "sends each figure that was seen",
  "limits.setBelow": "sends each figure that was seen",
  "limits.setBelowCost": "one switch",
  "limits.setCostPlan": "one choice",
  "limits.setExtension": "sends each figure that was seen",
  "me.setLanguage": "one's own choice",
  "members.setEnd": "one day",
  "plans.assign": "one choice, from a day on; the one before stays in the history",
  "plans.edit": "sends the state that was seen",
  "plans.setRate": "adds a price from a moment on; the one before stays",
  "savedLists.save": "one's own, which nobody else writes",
  "settings.rename": "sends the name that was seen",
  "settings.setLanguage": "one choice",
};

test("everything that replaces what another may have written is listed here", () => {
  const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, { _def: { type: string } }>>;
  const replacing = Object.entries(procedures)
    .filter(
      ([path, { _def }]) =>
        _def.type === "mutation" && /^duties\.|\.(set|edit|save|route|rename|assign|limit)([A-Z]|$)/.test(path),
    )
    .map(([path]) => path);
  expect(replacing.toSorted()).toEqual([...Object.keys(things), ...Object.keys(otherwise)].toSorted());
});
