import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { auditOfRule } from "@/server/domain/rules/rule-audit";
import { setRule } from "@/server/domain/rules/rules";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { judgeCounters } from "@/workers/rules/judge-counters";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let operator: Tenancy;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  operator = await make.tenant("operator");
});
afterAll(() => db.drop());

type Values = Readonly<Record<string, string | number | boolean | null>>;
const weight = async (action: string, before: Values, after: Values) =>
  (await make.one<{ n: number }>("SELECT door_weight($1, $2, $3) AS n", [action, before, after])).n;

test.each<[string, Values, Values, number]>([
  ["hotlist.enable", { enabled: true }, { enabled: false }, 40],
  ["hotlist.enable", { enabled: false }, { enabled: true }, 0],
  ["hotlist.enable", { enabled: false }, { enabled: false }, 0],
  ["hotlist.delete", { name: "x" }, {}, 40],
  ["notification.remove", { kind: "mail" }, {}, 40],
  ["limits.set_below_cost", { sellsBelowCost: false }, { sellsBelowCost: true }, 40],
  ["limits.set_below_cost", { sellsBelowCost: true }, { sellsBelowCost: false }, 0],
  ["member.set_factor_policy", { roles: "owner admin" }, { roles: "owner" }, 40],
  ["member.set_factor_policy", { roles: "owner" }, { roles: "" }, 40],
  ["member.set_factor_policy", { roles: "" }, { roles: "owner" }, 0],
  ["retention.set", { action: "delete", days: 365 }, { action: "delete", days: 30 }, 40],
  ["retention.set", { action: "keep", days: 365 }, { action: "delete", days: 365 }, 40],
  ["retention.set", { action: "delete", days: 30 }, { action: "delete", days: 365 }, 0],
  ["retention.set", { action: "delete", days: 30 }, { action: "keep", days: 0 }, 0],
  ["token.create", {}, { scopes: "calls.read extensions.write" }, 40],
  ["token.create", {}, { scopes: "calls.read balance.read" }, 20],
  ["rule.set", {}, { signal: "special", loosened: true }, 40],
  ["rule.set", {}, { signal: "special" }, 1],
  ["trunk.set_networks", { networks: "192.0.2.0/24" }, { networks: "192.0.2.0/24 198.51.100.0/24" }, 40],
  ["trunk.set_networks", { networks: "192.0.2.0/24" }, { networks: "" }, 40],
  ["trunk.set_networks", { networks: "" }, { networks: "192.0.2.0/24" }, 20],
  ["trunk.set_networks", { networks: "192.0.2.0/24" }, { networks: "192.0.2.7" }, 0],
  ["extension.set_allow_list", { networks: "192.0.2.7" }, { networks: "" }, 20],
  ["extension.set_allow_list", { networks: "192.0.2.7" }, { networks: "192.0.2.0/24" }, 20],
  ["extension.set_allow_list", { networks: "" }, { networks: "192.0.2.0/24" }, 0],
  ["extension.set_allow_list", { networks: "erased" }, { networks: "gone" }, 0],
  ["ban.keep", {}, { network: "192.0.2.7" }, 20],
  ["block.unblock_number", { number: "+881*" }, {}, 10],
  ["billing.set_credit_limit", { creditLimit: "9.00" }, { creditLimit: "10.00", currency: "EUR" }, 20],
  ["billing.set_credit_limit", { creditLimit: "10.00" }, { creditLimit: "9.00", currency: "EUR" }, 1],
  ["limits.set", { maxCalls: 9 }, { maxCalls: 10 }, 10],
  ["limits.set", { dailyCap: "10.00" }, { dailyCap: null }, 10],
  ["limits.set", { extension: "101", maxCalls: 9 }, { extension: "102", maxCalls: 9 }, 1],
  ["limits.set", { dailyCap: null }, { dailyCap: "10.00" }, 1],
  ["destination.allow", { CU: "normal", for: "own" }, { CU: "normal fraud", for: "own" }, 20],
  ["destination.allow", { CU: "closed" }, { CU: "normal special" }, 10],
  ["destination.allow", { CU: "closed" }, { CU: "normal" }, 1],
  [
    "destination.allow",
    {},
    Object.fromEntries(["CU", "GM", "SO", "LV", "EE", "LT", "TN"].map((c) => [c, "fraud"])),
    120,
  ],
  ["extension.rotate_secret", {}, {}, 1],
  ["member.invite", {}, {}, 1],
  ["extension.create", {}, {}, 0],
])("%s from %j to %j counts %i", async (action, before, after, points) => {
  expect(await weight(action, before, after)).toBe(points);
});

const incidents = (source: string) =>
  make.sql<{ kind: string; severity: string; signals: number }>(
    "SELECT kind, severity, signals::int AS signals FROM incident WHERE source = $1 ORDER BY opened_at",
    [source],
  );
const event = (of: Tenancy, actor = "user") =>
  make.sql(
    `SELECT audit_append($1, $2, 'x', NULL, 'hotlist.enable', 's', 'ok', '{"enabled":true}', '{"enabled":false}', $3, '')`,
    [of.tenantId, actor, randomUUID()],
  );

test("one wide door opens an incident by itself, three are critical, and what a job does is nobody's", async () => {
  const one = await make.tenant("customer", operator);
  await event(one, "job");
  await judgeCounters(db.pool);
  expect(await incidents(one.slug)).toEqual([]);
  await event(one);
  await judgeCounters(db.pool);
  expect(await incidents(one.slug)).toEqual([{ kind: "config", severity: "low", signals: 40 }]);
  for (let n = 0; n < 2; n += 1) await event(one);
  await judgeCounters(db.pool);
  expect(await incidents(one.slug)).toEqual([{ kind: "config", severity: "high", signals: 120 }]);
});

test("a rule says in the trail that it was loosened, only when it was", async () => {
  const desk = { id: operator.tenantId as TenantId, kind: "operator" };
  const actor = { kind: "cli", id: "test", requestId: "r" } as const;
  const said = (patch: object) =>
    change(db.app, { tenantId: desk.id, actor, action: "rule.set" }, async (tx) => {
      const key = { signal: "special", scope: "extension" } as const;
      const changed = await setRule(tx, desk, desk, { ...key, ...patch } as never, "cli:test");
      const audit = auditOfRule(key, desk.id, changed);
      return { ...audit, result: audit.after["loosened"] ?? false };
    });
  expect(await said({ mode: "shadow" })).toBe(true);
  expect(await said({ mode: "shadow" })).toBe(false);
  expect(await said({ mode: "enforce" })).toBe(false);
  expect(await said({ warn: "2" })).toBe(false);
  expect(await said({ warn: "5", critical: "10" })).toBe(true);
  expect(await said({ action: "open" })).toBe(true);
});
