import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Context } from "@/server/api/context";
import { appRouter } from "@/server/api/root";
import type { ProcedureMeta } from "@/server/api/trpc";
import { allows, type Role, roles } from "@/server/domain/tenancy/roles";
import { type Branches, makeBranches } from "@/test/support/branch";
import { callerFor, refusalsOf } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Ids, namesAThing, sampleInput } from "@/test/support/sample-input";

/** For somebody who holds a link and is not signed in yet. */
const open = [
  "invitations.open",
  "invitations.accept",
  "passwords.askReset",
  "passwords.openReset",
  "passwords.reset",
  "passkeys.askSignIn",
];
/** About the person, whatever their tenants. */
const personal = [
  "me.get",
  "me.setLanguage",
  "sessions.list",
  "sessions.revoke",
  "sessions.revokeOthers",
  "passwords.change",
  "security.get",
  "passkeys.list",
  "passkeys.askAgain",
  "passkeys.begin",
  "passkeys.add",
  "passkeys.remove",
  "security.reauthenticate",
  "security.beginTotp",
  "security.confirmTotp",
  "security.removeTotp",
  "security.renewRecoveryCodes",
];

type Procedure = { _def: { type: "query" | "mutation"; meta?: ProcedureMeta; inputs: readonly unknown[] } };
// Internal to tRPC, and used here only: a new procedure is covered the moment it exists.
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, Procedure>>;
const definitionOf = (path: string): Procedure["_def"] => {
  const found = procedures[path];
  if (!found) throw new Error(`no procedure ${path}`);
  return found._def;
};
const paths = Object.keys(procedures);
const ofTenants = paths.filter((path) => !open.includes(path) && !personal.includes(path));

let db: TestDatabase;
let branches: Branches;
let people: Readonly<Record<Role, string>>;
let resellerOwner: string;
let outsider: string;
let theirs: Ids;
let siblings: Ids;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  people = await branches.everyRole(branches.customer);
  resellerOwner = await branches.seat(branches.reseller, "owner");
  outsider = await branches.seat(branches.far, "owner");
  theirs = await branches.thingsOf(branches.far, branches.far);
  siblings = await branches.thingsOf(branches.sibling, branches.sibling);
});
afterAll(() => db.drop());

type Refusal = { code: string; message: string; cause?: { name?: string; detail?: Record<string, unknown> } };

async function call(
  path: string,
  userId: string | undefined,
  input: Record<string, unknown>,
  more: Partial<Context> = {},
): Promise<unknown> {
  const caller = callerFor(db.app, userId, more) as unknown as Record<
    string,
    Record<string, (input: unknown) => Promise<unknown>>
  >;
  const [router = "", name = ""] = path.split(".");
  return caller[router]?.[name]?.(input);
}
const refusalOf = (answer: Promise<unknown>): Promise<Refusal | undefined> =>
  answer.then(
    () => undefined,
    (error: Refusal) => error,
  );

test("every procedure is open, personal or a tenant's, and the named exceptions exist", () => {
  expect(paths).toEqual(expect.arrayContaining([...open, ...personal]));
  expect(paths.length).toBeGreaterThan(25);
});

describe.each(paths.filter((path) => !open.includes(path)))("%s", (path) => {
  test("turns away the signed-out", async () => {
    const refusal = await refusalOf(call(path, undefined, { tenantSlug: "inside" }));
    expect(refusal).toMatchObject({ code: "UNAUTHORIZED" });
  });

  test("records what it changes", () => {
    const { type, meta } = definitionOf(path);
    expect(meta?.action === undefined, "a query has no audit action, a mutation has one").toBe(type === "query");
  });
});

/** How many events of a request there are in all trails, whoever's. */
async function eventsOf(requestId: string): Promise<unknown[]> {
  const { rows } = await db.owner.query("SELECT tenant_id, outcome FROM audit_event WHERE request_id = $1", [
    requestId,
  ]);
  return rows;
}

/** Asks as a request of its own, and writes what that left. */
async function refusedIn(path: string, userId: string, input: Record<string, unknown>) {
  const refusals = refusalsOf(db.app);
  const requestId = randomUUID();
  const refusal = await refusalOf(call(path, userId, input, { refusals, requestId }));
  await refusals.close();
  return { refusal, events: await eventsOf(requestId) };
}

/** They want what no sample is: an authenticator's answer, or the password that one has. */
const answered = ["passkeys.add", "passkeys.remove", "passwords.change"];
const mutations = paths.filter(
  (path) => definitionOf(path).type === "mutation" && ![...open, ...answered].includes(path),
);

describe.each(mutations)("%s, refused", (path) => {
  test.each([
    ["a stranger", "inside", () => outsider],
    ["somebody without the permission, or with ids of others", "inside", () => people.viewer],
    ["an owner with ids of others", "inside", () => people.owner],
  ] as const)("to %s leaves one event", async (_who, tenantSlug, who) => {
    const { refusal, events } = await refusedIn(path, who(), {
      ...sampleInput(definitionOf(path).inputs, theirs),
      tenantSlug,
    });
    // What is no input at all was not looked at.
    if (refusal?.cause?.name !== "DomainError") return;
    expect(events).toEqual([{ tenant_id: expect.any(String), outcome: expect.stringMatching(/denied|failed/) }]);
  });
});

describe.each(ofTenants)("%s", (path) => {
  test("asks for a permission", () => expect(definitionOf(path).meta?.permission).toBeTypeOf("string"));

  // Before its own input is even looked at, so that a validation message cannot tell what exists.
  test("gives an outsider the same answer as for a tenant that is not there", async () => {
    const [there, nowhere] = [
      await refusalOf(call(path, outsider, { tenantSlug: "inside" })),
      await refusalOf(call(path, outsider, { tenantSlug: "nowhere" })),
    ];
    expect(there).toMatchObject({ code: "NOT_FOUND", message: "not_found" });
    expect(nowhere).toMatchObject({ code: there?.code, message: there?.message });
    expect(nowhere?.cause?.detail).toEqual(there?.cause?.detail);
  });

  test("does not reach up: a customer's owner has nothing to say at its reseller or the operator", async () => {
    for (const tenantSlug of ["ours", "operator", "sibling"]) {
      expect(await refusalOf(call(path, people.owner, { tenantSlug }))).toMatchObject({ code: "NOT_FOUND" });
    }
  });

  test.each(roles)("a %s gets exactly what the role allows", async (role) => {
    const { meta, inputs } = definitionOf(path);
    if (!meta?.permission) throw new Error("no permission");
    if (allows(role, meta.permission)) {
      const input = { ...sampleInput(inputs, theirs), tenantSlug: "inside" };
      const refusal = await refusalOf(call(path, people[role], input));
      // Allowed in principle; the ids are somebody else's, so it may well find nothing.
      expect(refusal?.cause?.detail?.["permission"]).toBeUndefined();
      return;
    }
    // Nothing but the slug: a missing permission is told before the input is looked at.
    const refusal = await refusalOf(call(path, people[role], { tenantSlug: "inside" }));
    expect(refusal).toMatchObject({ code: "FORBIDDEN", cause: { detail: { permission: meta.permission } } });
  });
});

/** The digests of all tables of a tenant in one statement: asked for table by table they were most of this file's time. */
let allOfTenant: string;
beforeAll(async () => {
  const { rows } = await db.owner.query<{ digest: string }>(`
    SELECT format('SELECT %L || md5(coalesce(string_agg(t::text, ''|'' ORDER BY t::text), '''')) AS digest FROM %I t WHERE %I = $1',
      c.relname || ':', c.relname, a.attname) AS digest
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = CASE c.relname WHEN 'tenant' THEN 'id' ELSE 'tenant_id' END`);
  allOfTenant = rows.map(({ digest }) => digest).join(" UNION ALL ");
});

/** Everything of a tenant: whatever a call with foreign ids did to it would show. */
async function stateOf(tenantId: string): Promise<string> {
  const { rows } = await db.owner.query<{ digest: string }>({ name: "all", text: allOfTenant, values: [tenantId] });
  return rows.map(({ digest }) => digest).join("\n");
}

test("the digests tell of one changed row", async () => {
  const { tenantId } = branches.far;
  const before = await stateOf(tenantId);
  expect(before.split("\n").length).toBeGreaterThan(50);
  await db.owner.query("UPDATE tenant SET name = name || '!' WHERE id = $1", [tenantId]);
  const changed = (await stateOf(tenantId)).split("\n").filter((line) => !before.includes(line));
  expect(changed).toEqual([expect.stringMatching(/^tenant:/)]);
});

/** Things with names of their own that no answer to somebody else may hold. Ids that were sent in may come back. */
const tracesOf = (ids: Ids, of: { tenantId: string }) => [of.tenantId, ids.slug, "777777"];

/** As they were left: nobody touches them between two of these tests. */
const lastStates = new Map<string, string>();

describe.each(ofTenants)("%s with ids of somebody else", (path) => {
  const strangers = [
    ["a customer", "inside", "a stranger"],
    ["a customer", "inside", "a sibling under the same reseller"],
    ["a reseller", "ours", "a customer of another reseller"],
  ] as const;

  test.each(strangers)(
    "%s (%s) that uses those of %s finds nothing and changes nothing",
    async (_who, tenantSlug, whose) => {
      const { inputs } = definitionOf(path);
      const [ids, victim] = whose.startsWith("a sibling") ? [siblings, branches.sibling] : [theirs, branches.far];
      const input = sampleInput(inputs, ids);
      const before = lastStates.get(victim.tenantId) ?? (await stateOf(victim.tenantId));
      const userId = tenantSlug === "ours" ? resellerOwner : people.owner;
      const answer = await call(path, userId, { ...input, tenantSlug }).catch((error: Refusal) => error);
      const after = await stateOf(victim.tenantId);
      lastStates.set(victim.tenantId, after);
      expect(after).toBe(before);
      if (answer instanceof Error) {
        const { code, message } = answer as unknown as Refusal;
        // A refusal of the input itself would mean that the net does not know how to ask.
        if (namesAThing(input))
          expect({ code, message }).toMatchObject({ code: expect.stringMatching(/NOT_FOUND|FORBIDDEN/) });
        expect(message).not.toBe("invalid_input");
        expect(code).not.toBe("INTERNAL_SERVER_ERROR");
        return;
      }
      const text = JSON.stringify(answer, (_key, value) => (typeof value === "bigint" ? String(value) : value));
      for (const trace of tracesOf(ids, victim)) expect(text).not.toContain(trace);
    },
  );
});

// Otherwise the net above could be all holes: a question that nobody could answer proves nothing.
describe.each(ofTenants)("%s", (path) => {
  test("finds what is one's own", async () => {
    const { build, operator, seat, thingsOf } = branches;
    const own = await build.tenant("reseller", operator);
    const below = await build.tenant("customer", own);
    const userId = await seat(own, "owner");
    const input = sampleInput(definitionOf(path).inputs, await thingsOf(own, below));
    // Of one's own tenant it is still somebody's alone.
    await build.sql("UPDATE saved_list SET person_id = $1 WHERE tenant_id = $2", [userId, own.tenantId]);
    const refusal = await refusalOf(call(path, userId, { ...input, tenantSlug: own.slug }));
    expect(refusal?.message).not.toBe("not_found");
    expect(["NOT_FOUND", "INTERNAL_SERVER_ERROR", "BAD_REQUEST"]).not.toContain(refusal?.code);
  });
});
