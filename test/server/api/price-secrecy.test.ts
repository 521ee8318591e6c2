import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "@/server/api/root";
import { jsonOf } from "@/test/server/cli/run-cli";
import { type Chain, makeChain } from "@/test/support/chain";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { moneyThings } from "@/test/support/money-things";
import { type Ids, sampleInput } from "@/test/support/sample-input";

type Procedure = { _def: { type: "query" | "mutation"; inputs: readonly unknown[] } };
// Internal to tRPC, and used here only: a query that is written tomorrow is asked tomorrow.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, Procedure>>;
const queries = Object.entries(procedures).filter(([, procedure]) => procedure._def.type === "query");

let db: TestDatabase;
let on: Chain;
let callId: string;
let ids: Ids;
beforeAll(async () => {
  db = await createDatabase();
  on = await makeChain(db);
  callId = await on.talk(60_000);
  // Each level disputes what it paid, and each seller gives a part of it back: amounts that appear nowhere else.
  let dispute = "";
  for (const [who, seller, tenantSlug, amount] of [
    ["customer", "lower", "acme", "0.314159"],
    ["lower", "upper", "lower", "0.271828"],
    ["upper", "operator", "upper", "0.161803"],
  ] as const) {
    const opened = await on.as(who).disputes.open({ tenantSlug, callId });
    await on.as(seller).disputes.credit({ tenantSlug: on.tenants[seller].slug, disputeId: opened.id, amount });
    if (who === "customer") dispute = opened.id;
  }
  const { id: phone } = await on.one<{ id: string }>("SELECT id FROM extension WHERE tenant_id = $1", [
    on.customer.tenantId,
  ]);
  ids = {
    extension: phone,
    call: callId,
    plan: on.plans.retail,
    rate: crypto.randomUUID(),
    user: on.owners.customer,
    invitation: crypto.randomUUID(),
    session: crypto.randomUUID(),
    transaction: crypto.randomUUID(),
    bundle: crypto.randomUUID(),
    did: "493055512399",
    task: crypto.randomUUID(),
    deck: crypto.randomUUID(),
    dispute,
    difference: crypto.randomUUID(),
    import: crypto.randomUUID(),
    mail: crypto.randomUUID(),
    statement: crypto.randomUUID(),
    incident: crypto.randomUUID(),
    hold: crypto.randomUUID(),
    link: crypto.randomUUID(),
    deskPhone: crypto.randomUUID(),
    secretBatch: crypto.randomUUID(),
    tenantImport: crypto.randomUUID(),
    target: crypto.randomUUID(),
    delivery: crypto.randomUUID(),
    containment: crypto.randomUUID(),
    intoIncident: crypto.randomUUID(),
    followUp: crypto.randomUUID(),
    savedList: crypto.randomUUID(),
    ban: crypto.randomUUID(),
    numberBlock: crypto.randomUUID(),
    hotList: crypto.randomUUID(),
    hotImport: crypto.randomUUID(),
    event: `1_${crypto.randomUUID()}`,
    export: crypto.randomUUID(),
    schedule: crypto.randomUUID(),
    token: crypto.randomUUID(),
    owner: on.owners.customer,
    slug: "acme",
    ...(await moneyThings(on, on.customer, on.customer)),
  };
});
afterAll(() => db.drop());

/** Every figure of the levels above, per minute, per call and given back, in micros, as decimals and as people read them. */
const above = { lower: ["2345679", "271828"], upper: ["1234566", "161803"] } as const;
const written = (micros: string) => {
  const digits = micros.padStart(7, "0");
  return [micros, `${digits.slice(0, -6)}.${digits.slice(-6)}`, `${digits.slice(0, -6)}.${digits.slice(-6, -2)}`];
};
const hidden = (levels: readonly (keyof typeof above)[]) => levels.flatMap((level) => above[level].flatMap(written));
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ?? "";

async function ask(path: string, who: "customer" | "lower", tenantSlug: string): Promise<string> {
  const [router = "", name = ""] = path.split(".");
  const caller = on.as(who) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
  const input = { ...sampleInput(procedures[path]?._def.inputs ?? [], ids), tenantSlug };
  return textOf(await caller[router]?.[name]?.(input).catch((error: unknown) => ({ refused: String(error) })));
}

describe.each(queries.map(([path]) => path))("%s", (path) => {
  test("shows a customer nothing of what its reseller or anybody above pays", async () => {
    const text = await ask(path, "customer", "acme");
    for (const figure of hidden(["lower", "upper"])) expect(text).not.toContain(figure);
  });

  test("shows a reseller nothing of what the one above it pays", async () => {
    for (const tenantSlug of ["lower", "acme"]) {
      const text = await ask(path, "lower", tenantSlug);
      for (const figure of hidden(["upper"])) expect(text).not.toContain(figure);
    }
  });
});

// Otherwise the net would hold back nothing because there is nothing.
test("the figures are there, each for the one it belongs to", async () => {
  expect(await ask("calls.get", "customer", "acme")).toContain("3456780");
  expect(await ask("disputes.get", "customer", "acme")).toContain("314159");
  expect(await ask("calls.get", "lower", "lower")).toContain("2345679");
  expect(await ask("billing.ledger", "lower", "lower")).toContain("271828");
});

test("what a call's checks compared is told to who sells to the caller, not to who sells to that one", async () => {
  const money = async (who: "customer" | "lower" | "upper" | "operator") =>
    (await on.as(who).calls.get({ tenantSlug: on.tenants[who].slug, callId })).trace.find(
      ({ gate }) => gate === "money",
    );
  const told = await money("customer");
  expect(told?.value).toMatch(/\d/);
  expect((await money("lower"))?.value).toMatch(/\d/);
  for (const who of ["upper", "operator"] as const)
    expect(await money(who)).toMatchObject({ ok: true, value: "", limit: "" });
});

test("nor does the command line, asked for that tenant", async () => {
  for (const words of [
    ["calls", "--tenant", "acme"],
    ["ledger", "--tenant", "acme"],
    ["balance", "--tenant", "acme"],
    ["dispute", "list", "--tenant", "acme"],
  ]) {
    const text = textOf(await jsonOf(db.appUrl, words));
    for (const figure of hidden(["lower", "upper"])) expect(text).not.toContain(figure);
  }
});

test("what a dispute keeps as evidence is of the buyer's level", async () => {
  const [row] = await on.sql<{ kept: string }>("SELECT evidence::text AS kept FROM dispute WHERE id = $1", [
    ids.dispute,
  ]);
  for (const figure of hidden(["lower", "upper"])) expect(row?.kept).not.toContain(figure);
});
