import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { type BlockOwner, type BlockSubject, liftBlock, placeBlock } from "@/server/domain/incidents/blocks";
import { mergeIncident, openIncident } from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId, UserId } from "@/server/kernel/ids";
import type { Phone } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let desk: ReturnType<typeof callDesk>;
let phone: Phone;
let sibling: Phone;
let at: Readonly<Record<"operator" | "reseller" | "customer", TenantId>>;
let me: Readonly<{ name: string; userId: UserId }>;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  desk = callDesk(db.pool);
  await on.topUp(on.reseller, 100_000_000n);
  await on.topUp(on.customer, 100_000_000n);
  phone = await on.phone(on.customer, "101");
  sibling = await on.phone(on.customer, "102");
  at = {
    operator: on.operator.tenantId as TenantId,
    reseller: on.reseller.tenantId as TenantId,
    customer: on.customer.tenantId as TenantId,
  };
  me = { name: on.owners.operator, userId: on.owners.operator as UserId };
});
afterAll(() => db.drop());

const write = <T>(work: (tx: TenantWrite) => Promise<T>, tenantId = at.operator): Promise<T> =>
  change(
    db.app,
    { tenantId, actor: { kind: "cli", id: "test", requestId: "r" }, action: "incident.move" },
    async (tx) => ({ subject: "block:test", result: await work(tx) }),
  );
const code = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : error),
  );
const incident = () => write((tx) => openIncident(tx, at.operator, { title: "Fraud", severity: "high" }, me));
const onPhone = (): BlockSubject => ({ kind: "extension", extensionId: phone.extensionId as ExtensionId });
const place = (subject: BlockSubject, owner: BlockOwner, tenantId = at.customer, by = at.operator) =>
  write((tx) => placeBlock(tx, { tenantId, subject, owner, reason: "Calls nobody made" }), by);
const lift = (id: string, tenantId = at.customer, by = at.operator) =>
  write((tx) => liftBlock(tx, tenantId, id, "ada"), by);
const ask = (of: Phone, more: Partial<Parameters<typeof desk.authorise>[0]> = {}) =>
  desk.authorise({ call: randomUUID(), endpoint: of.endpoint, ...more });

describe("a blocked phone", () => {
  test("reaches emergency numbers and nothing else, and its siblings reach everything", async () => {
    const id = await place(onPhone(), { personId: me.userId });
    const [out, inside, echo] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await ask(phone, { call: out })).toMatchObject({ kind: "refuse", code: "INC-01" });
    expect(await ask(phone, { call: inside, dialled: "102", kind: "internal" })).toMatchObject({ code: "INC-01" });
    expect(await ask(phone, { call: echo, dialled: "*43", kind: "echo" })).toMatchObject({ code: "INC-01" });
    expect(await ask(phone, { dialled: "112", kind: "emergency" })).toMatchObject({ kind: "emergency", target: "112" });
    expect(await ask(sibling)).toMatchObject({ kind: "out" });
    const { trace } = await on.one<{ trace: unknown[] }>("SELECT trace FROM call WHERE pbx_call_id = $1", [out]);
    expect(trace.at(-1)).toEqual({ gate: "block", ok: false, value: "", limit: "" });
    expect(await lift(id)).toBe(true);
    expect(await lift(id)).toBe(false);
    expect(await ask(phone)).toMatchObject({ kind: "out" });
  });

  test("keeps the call that is going on for as long as it is paid, and not longer", async () => {
    const [call, free] = [randomUUID(), randomUUID()];
    for (const [id, of] of [[call, phone] as const, [free, sibling] as const]) {
      await ask(of, { call: id });
      await desk.answered(id);
    }
    const granted = (await desk.renew(call))?.granted_seconds;
    const id = await place(onPhone(), { personId: me.userId });
    expect(await desk.renew(call)).toEqual({ granted_seconds: granted, code: "INC-01" });
    expect((await desk.renew(free))?.code).toBe("");
    await lift(id);
    expect((await desk.renew(call))?.granted_seconds).toBeGreaterThan(granted ?? 0);
  });

  test("is rung by whoever calls from outside for nothing, and not by what its tenant pays for", async () => {
    // Within an hour of a call for help it rings whatever it costs; that is told below.
    await on.sql("UPDATE call SET started_at = started_at - interval '2 hours' WHERE kind = 'emergency'");
    await on.did(on.customer, "4930111", phone.extensionId);
    const inbound = async () => {
      const text = "SELECT kind, code FROM call_authorise_inbound('pbx1', $1, '4930111', '+4915112345', '', now())";
      return (await db.pool.query<{ kind: string; code: string }>("inbound_in_test", text, [randomUUID()]))[0];
    };
    const id = await place(onPhone(), { personId: me.userId });
    expect(await inbound()).toMatchObject({ kind: "inbound" });
    await on.setRate(on.reseller, on.selling, "49301", { perMinute: 10_000n, direction: "in" });
    expect(await inbound()).toEqual({ kind: "refuse", code: "INC-01" });
    // A phone that called for help is called back, and nobody pays.
    const { held } = await on.wallet(on.customer);
    await ask(phone, { dialled: "112", kind: "emergency" });
    expect(await inbound()).toMatchObject({ kind: "inbound" });
    expect((await on.wallet(on.customer)).held).toBe(held);
    await on.sql("UPDATE call SET started_at = started_at - interval '61 minutes' WHERE kind = 'emergency'");
    await lift(id);
    expect(await inbound()).toMatchObject({ kind: "inbound" });
  });
});

describe("what is blocked", () => {
  test("is all of a tenant, or numbers that begin so, for the tenants below as well", async () => {
    const all = await place({ kind: "tenant" }, { personId: me.userId });
    expect([await ask(phone), await ask(sibling)]).toMatchObject([{ code: "INC-01" }, { code: "INC-01" }]);
    await lift(all);
    for (const who of ["operator", "reseller", "customer"] as const) {
      const id = await place({ kind: "destination", prefix: "4930" }, { personId: me.userId }, at[who]);
      expect(await ask(phone, { e164: "493012345678" })).toMatchObject({ kind: "refuse", code: "INC-02" });
      expect(await ask(phone, { e164: "494012345678" })).toMatchObject({ kind: "out" });
      await lift(id, at[who]);
      expect(await ask(phone, { e164: "493012345678" })).toMatchObject({ kind: "out" });
    }
  });

  test("is no phone of the house whose number reads like one outside", async () => {
    const id = await place({ kind: "destination", prefix: "49" }, { personId: me.userId });
    expect(await ask(phone, { dialled: "102", e164: "49102", kind: "external" })).toMatchObject({ kind: "internal" });
    await lift(id);
  });
});

describe("a block", () => {
  test("has an owner, a subject and a form, whoever writes it", async () => {
    const values = { tenant_id: at.customer, kind: "tenant", placed_by: at.operator, person_id: me.userId };
    const insert = (row: Record<string, string | null>) =>
      db.owner.query(
        `INSERT INTO block (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row).map((_, i) => `$${i + 1}`)})`,
        Object.values(row),
      );
    const { id } = await incident();
    await expect(insert({ ...values, person_id: null })).rejects.toThrow(/block_has_owner/);
    await expect(insert({ ...values, incident_id: id })).rejects.toThrow(/block_has_owner/);
    await expect(insert({ ...values, kind: "extension" })).rejects.toThrow(/block_has_subject/);
    await expect(insert({ ...values, kind: "destination" })).rejects.toThrow(/block_has_subject/);
    await expect(insert({ ...values, kind: "destination", prefix: "0%" })).rejects.toThrow(/prefix/);
    await expect(
      write((tx) => tx.$executeRaw`DELETE FROM block WHERE tenant_id = ${at.customer}::uuid`, at.customer),
    ).rejects.toThrow(/permission denied/);
  });

  test("is one per owner however often it is placed, and two owners hold one each", async () => {
    const [one, two] = [await incident(), await incident()];
    const ids = await Promise.all([1, 2, 3].map(() => place(onPhone(), { incidentId: one.id })));
    expect(new Set(ids).size).toBe(1);
    const other = await place(onPhone(), { incidentId: two.id });
    await lift(ids[0] ?? "");
    expect(await ask(phone)).toMatchObject({ code: "INC-01" });
    await lift(other);
    expect(await ask(phone)).toMatchObject({ kind: "out" });
  });

  test("is placed from above and lifted by whoever placed it, or somebody above", async () => {
    expect(await code(place({ kind: "tenant" }, { personId: me.userId }, at.operator, at.customer))).toBe("not_below");
    const person = on.owners.reseller as UserId;
    expect(await code(place(onPhone(), { personId: person }, at.reseller, at.reseller))).toBe("not_found");
    const above = await place(onPhone(), { personId: me.userId });
    const below = await place(onPhone(), { personId: person }, at.customer, at.reseller);
    expect(await code(lift(above, at.customer, at.reseller))).toBe("not_found");
    expect(await code(lift(below, at.customer, at.customer))).toBe("not_found");
    expect(await lift(below)).toBe(true);
    expect(await lift(above)).toBe(true);
  });

  test("lets no call slip through that is being authorised in the moment it is placed", async () => {
    let answer: ReturnType<typeof ask> | undefined;
    let id = "";
    await write(async (tx) => {
      id = await placeBlock(tx, {
        tenantId: at.customer,
        subject: onPhone(),
        owner: { personId: me.userId },
        reason: "",
      });
      answer = ask(phone);
      await pause(200);
    });
    expect(await answer).toMatchObject({ kind: "refuse", code: "INC-01" });
    await lift(id);
  });
});

describe("an incident that stops calls", () => {
  test("is not over before it lets go of them, nor is one that it is part of", async () => {
    const [one, into] = [await incident(), await incident()];
    const id = await place(onPhone(), { incidentId: one.id });
    const end = (incidentId: string, state: "resolved" | "dismissed") =>
      code(
        write((tx) =>
          moveIncident(
            tx,
            at.operator,
            { incidentId, state, ...(state === "dismissed" ? { reason: "test" as const } : {}), text: "Done." },
            me,
          ),
        ),
      );
    expect(await end(one.id, "resolved")).toBe("invalid_state");
    await write((tx) => mergeIncident(tx, at.operator, { incidentId: one.id, intoIncidentId: into.id }, me));
    expect(await end(into.id, "dismissed")).toBe("invalid_state");
    await lift(id);
    expect(await end(into.id, "dismissed")).toBe("done");
    expect(await code(place(onPhone(), { incidentId: one.id }))).toBe("invalid_state");
  });

  test("and ends at the same moment as it begins to, does one of both", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id: incidentId } = await incident();
      const move = { incidentId, state: "dismissed", reason: "test", text: "A test." } as const;
      const [ended, placed] = await Promise.allSettled([
        write((tx) => moveIncident(tx, at.operator, move, me)),
        place(onPhone(), { incidentId }),
      ]);
      expect([ended.status, placed.status].sort()).toEqual(["fulfilled", "rejected"]);
      if (placed.status === "fulfilled") await lift(placed.value);
    }
  });
});
