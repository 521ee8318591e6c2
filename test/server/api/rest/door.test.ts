import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { scopeOf } from "@/server/api/rest/openapi";
import type { Route } from "@/server/api/rest/route";
import { routes } from "@/server/api/rest/routes";
import { permissionsFor } from "@/server/domain/tenancy/roles";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { bodyFor } from "@/test/support/rest-bodies";
import { restDesk } from "@/test/support/rest-desk";
import { seedCalls } from "@/test/support/seeded-calls";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let rest: ReturnType<typeof restDesk>;
/** Tokens with everything that an owner may do: of the customer, of the reseller above it, of the operator. */
let mine: string;
let above: string;
let top: string;
let phoneId: string;
let callId: string;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  rest = restDesk(db);
  const all = permissionsFor("owner");
  mine = (await rest.token(on.owners.customer, "acme", all)).tokenOnce;
  above = (await rest.token(on.owners.reseller, "reseller", all)).tokenOnce;
  top = (await rest.token(on.owners.operator, "operator", all)).tokenOnce;
  const phone = await on.phone(on.customer, "140");
  phoneId = phone.extensionId;
  [callId = ""] = await seedCalls(builders(db), on.customer, phone, [{ cost: 20_000n }]);
  await on.topUp(on.customer, 5_000_000n);
  await on.topUp(on.reseller, 50_000_000n);
});
afterAll(() => db.drop());

const trail = (action: string) =>
  on.sql<{ actor_kind: string; actor_id: string; outcome: string }>(
    "SELECT actor_kind, actor_id, outcome FROM audit_event WHERE action = $1 ORDER BY at DESC",
    [action],
  );

describe("what a token may", () => {
  test("read and change what its scopes name, by the same functions as the portal, and the trail names the token", async () => {
    const made = await rest.ask(mine, "POST /extensions", { body: { number: "151", name: "Front door" } });
    expect(made).toMatchObject({ status: 201, body: { number: "151", sip_secret: expect.stringMatching(/./) } });
    expect((await trail("extension.create"))[0]).toMatchObject({ actor_kind: "token", actor_id: mine.slice(0, 12) });
    const { body } = await rest.ask(mine, "GET /extensions");
    expect((body["data"] as { number: string }[]).map(({ number }) => number)).toEqual(["140", "151"]);
    const call = await rest.ask(mine, `GET /calls/${callId}`);
    expect(call.body).toMatchObject({
      id: callId,
      cost: { amount: "0.020000", currency: "EUR" },
      number: "493012345678",
    });
    const balance = await rest.ask(mine, "GET /balance");
    expect(balance.body).toMatchObject({ posted: { amount: "5.000000", currency: "EUR" } });
    await rest.ask(mine, "PATCH /limits", { body: { daily_cap: "9.50" } });
    expect((await rest.ask(mine, "GET /limits")).body).toMatchObject({ own: { daily_cap: { amount: "9.500000" } } });
  });

  test("nothing beyond its scopes, and nothing that its maker's seat may not do any more", async () => {
    const { tokenOnce: narrow } = await rest.token(on.owners.customer, "acme", ["extensions.read"]);
    expect((await rest.ask(narrow, "GET /extensions")).status).toBe(200);
    const refused = await rest.ask(narrow, "GET /balance");
    expect(refused).toMatchObject({
      status: 403,
      body: { code: "forbidden", detail: "This token does not have the scope balance.read." },
    });
    expect((await trail("permission.deny"))[0]).toMatchObject({ actor_kind: "token", outcome: "denied" });
    const admin = await on.person(on.customer, "admin");
    const { tokenOnce } = await rest.token(admin, "acme", ["extensions.write", "extensions.read"]);
    await on.sql("UPDATE seat SET role = 'viewer' WHERE user_id = $1", [admin]);
    expect((await rest.ask(tokenOnce, "POST /extensions", { body: { number: "199", name: "No" } })).status).toBe(403);
    expect((await rest.ask(tokenOnce, "GET /extensions")).status).toBe(200);
    await on.sql("DELETE FROM seat WHERE user_id = $1", [admin]);
    expect((await rest.ask(tokenOnce, "GET /extensions")).status).toBe(401);
    const viewer = await on.person(on.customer, "viewer");
    await expect(rest.token(viewer, "acme", ["calls.read"])).rejects.toThrow("forbidden");
    const support = await on.person(on.customer, "admin");
    await expect(rest.token(support, "acme", ["vouchers.nothing" as never])).rejects.toThrow("forbidden");
  });

  test("act below with the parameter tenant, never above or beside, and no seat of its maker elsewhere helps it", async () => {
    expect((await rest.ask(above, "GET /extensions?tenant=acme")).status).toBe(200);
    expect((await rest.ask(mine, "GET /extensions?tenant=reseller")).status).toBe(404);
    const beside = await on.tenant("customer", on.reseller);
    expect((await rest.ask(mine, `GET /extensions?tenant=${beside.slug}`)).status).toBe(404);
    await on.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [
      beside.tenantId,
      on.owners.customer,
    ]);
    expect((await rest.ask(mine, `GET /extensions?tenant=${beside.slug}`)).status).toBe(404);
    // Whoever acts here from a seat above makes the token there.
    await expect(rest.token(on.owners.reseller, "acme", ["calls.read"])).rejects.toThrow("forbidden");
    // With the seat on its tenant gone, one above does not carry it.
    const both = await on.person(on.customer, "owner");
    await on.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, 'owner')", [on.reseller.tenantId, both]);
    const { tokenOnce } = await rest.token(both, "acme", ["calls.read"]);
    await on.sql("DELETE FROM seat WHERE user_id = $1 AND tenant_id = $2", [both, on.customer.tenantId]);
    expect((await rest.ask(tokenOnce, "GET /calls")).status).toBe(401);
  });
});

describe("a token's life", () => {
  test("only a digest is stored, rotating takes the old one for a while, revoking ends both, and so does time", async () => {
    const owner = on.as("customer");
    const tenantSlug = "acme";
    const made = await rest.token(on.owners.customer, tenantSlug, ["calls.read"]);
    expect(await everyRow(db)).not.toContain(made.tokenOnce.slice(13));
    const next = await owner.tokens.rotate({ tenantSlug, tokenId: made.id, overlapHours: 1 });
    for (const text of [made.tokenOnce, next.tokenOnce]) expect((await rest.ask(text, "GET /calls")).status).toBe(200);
    await on.sql("UPDATE api_token SET old_until = now() - interval '1 second' WHERE id = $1", [made.id]);
    expect((await rest.ask(made.tokenOnce, "GET /calls")).status).toBe(401);
    const [row] = (await owner.tokens.list({ tenantSlug })).items.filter(({ id }) => id === made.id);
    expect(row).toMatchObject({ state: "active", prefix: made.prefix, lastUsedFrom: "192.0.2.10" });
    await owner.tokens.revoke({ tenantSlug, tokenId: made.id });
    expect((await rest.ask(next.tokenOnce, "GET /calls")).status).toBe(401);
    await expect(owner.tokens.rotate({ tenantSlug, tokenId: made.id, overlapHours: 1 })).rejects.toThrow(
      "invalid_state",
    );
    const short = await rest.token(on.owners.customer, tenantSlug, ["calls.read"]);
    await on.sql("UPDATE api_token SET expires_at = now() WHERE id = $1", [short.id]);
    expect((await rest.ask(short.tokenOnce, "GET /calls")).status).toBe(401);
    const another = on.as({ userId: await on.person(on.customer, "admin") });
    const theirs = await rest.token(on.owners.customer, tenantSlug, ["calls.read"]);
    await expect(another.tokens.rotate({ tenantSlug, tokenId: theirs.id, overlapHours: 1 })).rejects.toThrow(
      "forbidden",
    );
  });

  test("a maker without the second factor that is asked for by now has tokens that do nothing", async () => {
    const admin = await on.person(on.customer, "admin");
    const { tokenOnce } = await rest.token(admin, "acme", ["calls.read"]);
    await on.sql("INSERT INTO factor_policy (tenant_id, roles) VALUES ($1, '{admin}')", [on.customer.tenantId]);
    expect(await rest.ask(tokenOnce, "GET /calls")).toMatchObject({ status: 403, body: { code: "factor_required" } });
    await on.sql("DELETE FROM factor_policy WHERE tenant_id = $1", [on.customer.tenantId]);
  });
});

describe("a change", () => {
  test("is done once for its key: the same answer again, secrets with it, and another request by that key is refused", async () => {
    const sent = { key: "order-77", body: { number: "160", name: "Desk" } };
    const first = await rest.ask(mine, "POST /extensions", sent);
    const again = await rest.ask(mine, "POST /extensions", sent);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get("idempotency-replayed"), again.headers.get("idempotency-replayed")]).toEqual([
      null,
      "true",
    ]);
    expect(await on.sql("SELECT 1 FROM extension WHERE number = '160'")).toHaveLength(1);
    expect(await everyRow(db)).not.toContain(String(first.body["sip_secret"]));
    const other = await rest.ask(mine, "POST /extensions", { ...sent, body: { number: "161", name: "Desk" } });
    expect(other).toMatchObject({ status: 409, body: { code: "posting_key_reused" } });
    // Somebody else's key of the same name is another.
    expect((await rest.ask(above, "GET /extensions")).status).toBe(200);
    expect((await rest.ask(above, "POST /extensions", sent)).status).toBe(201);
    const refused = { key: "order-78", body: { number: "160", name: "Twice" } };
    expect(await rest.ask(mine, "POST /extensions", refused)).toMatchObject({
      status: 409,
      body: { code: "number_taken" },
    });
    expect((await rest.ask(mine, "POST /extensions", refused)).headers.get("idempotency-replayed")).toBe("true");
    expect(await rest.ask(mine, "POST /extensions", { ...sent, key: null })).toMatchObject({
      status: 400,
      body: { code: "invalid_input" },
    });
  });

  test("of money moves it once, also when twenty ask at once and when the answer was lost", async () => {
    const sent = { key: "pay-1", body: { to_tenant: "acme", amount: "2.00" } };
    const posted = async () => (await rest.ask(mine, "GET /balance")).body["posted"] as { amount: string };
    const before = await posted();
    const answers = await Promise.all(Array.from({ length: 20 }, () => rest.ask(above, "POST /top-ups", sent)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([...(answers.some(({ status }) => status === 409) ? [409] : []), 201]),
    );
    // Its process died before it could write down what it had answered.
    await on.sql("UPDATE api_answer SET answer = NULL, at = now() - interval '3 minutes' WHERE key = 'pay-1'");
    expect((await rest.ask(above, "POST /top-ups", sent)).status).toBe(201);
    expect(Number((await posted()).amount) - Number(before.amount)).toBe(2);
  });

  test("that asks who one is once more is nothing for a token", async () => {
    const much = { body: { to_tenant: "reseller", amount: "501.00" } };
    expect(await rest.ask(top, "POST /top-ups", much)).toMatchObject({
      status: 412,
      body: { code: "reauth_required" },
    });
  });
});

describe("what is wrong", () => {
  test("is told as a problem with our code, a pointer to the field and the number of the request", async () => {
    const wrong = await rest.ask(mine, "POST /extensions", { body: { number: "0", name: "x", colour: "red" } });
    expect(wrong.headers.get("content-type")).toBe("application/problem+json");
    expect(wrong.body).toMatchObject({
      status: 400,
      code: "invalid_input",
      request_id: "req-test",
      instance: "/api/v1/extensions",
    });
    const pointers = (wrong.body["errors"] as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toContain("/number");
    for (const [line, sent, status] of [
      ["GET /nothing", {}, 404],
      ["GET /calls/123e4567-e89b-42d3-a456-426614174000", {}, 404],
      ["GET /calls/x", {}, 400],
      ["GET /calls?colour=red", {}, 400],
      ["GET /calls?limit=201", {}, 400],
      ["DELETE /calls", {}, 405],
      ["POST /extensions", { body: "{" }, 400],
      ["POST /extensions", { body: "[]" }, 400],
      ["POST /extensions", { body: { number: "170", name: "x".repeat(100_001) } }, 413],
      ["POST /extensions", { body: { number: "170", name: "x" }, key: "call:1" }, 400],
    ] as const) {
      const answer = await rest.ask(mine, line, sent);
      expect(answer.status, `${line} ${JSON.stringify(answer.body).slice(0, 200)}`).toBe(status);
    }
    for (const text of [undefined, "", "rft_", mine.slice(0, -1)])
      expect((await rest.ask(text, "GET /calls")).status).toBe(401);
  });

  test("and too much of it waits, with headers that say how long", async () => {
    const slow = restDesk(db, 3);
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await slow.ask(mine, "GET /balance"));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[0]?.headers.get("ratelimit")).toMatch(/^"minute";r=2;t=\d+$/);
    expect(Number(answers[3]?.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("every address", () => {
  let theirs: string;
  const without = new Map<string, string>();
  beforeAll(async () => {
    const stranger = await on.tenant("customer", on.operator);
    theirs = (await rest.token(await on.person(stranger), stranger.slug, permissionsFor("owner"))).tokenOnce;
    for (const scope of new Set(routes.map(scopeOf))) {
      const others = permissionsFor("owner").filter((permission) => permission !== scope);
      without.set(scope, (await rest.token(on.owners.customer, "acme", others)).tokenOnce);
    }
  });
  const filled = ({ path }: Route) =>
    path
      .replace("{extension_id}", phoneId)
      .replace("{call_id}", callId)
      .replace(/\{(\w+)\}/g, "123e4567-e89b-42d3-a456-426614174000");

  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s is closed to a token without its scope and to one of another tenant",
    async (_, route) => {
      const line = `${route.method} ${filled(route)}`;
      const body = route.body ? { body: bodyFor(route) } : {};
      expect((await rest.ask(without.get(scopeOf(route)), line, body)).body).toMatchObject({ code: "forbidden" });
      const answer = await rest.ask(theirs, `${line}?tenant=acme`, body);
      expect(answer.body).toMatchObject({ code: "not_found" });
    },
  );

  test.each(routes.filter(({ method }) => method === "GET").map((route) => [route.path, route] as const))(
    "%s answers as its schema says",
    async (_, route) => {
      const asker = /^\/(?:incidents|pbxs|trunks)/.test(route.path) ? top : mine;
      if (route.path === "/incidents/{incident_id}" || route.path === "/exports/{export_id}")
        return expect(route.answer).toBeDefined();
      const answer = await rest.ask(asker, `GET ${filled(route)}`);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      // Strict all the way down: an answer has no field that the document does not name.
      expect(route.answer.safeParse(answer.body).success).toBe(true);
    },
  );
});
