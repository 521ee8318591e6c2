import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { readDialled } from "@/server/domain/rating/dialling.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Prepaid, prepaid } from "@/test/support/prepaid";
import { CallAuthoriser } from "@/workers/calls/call-authoriser";

let db: TestDatabase;
let world: Prepaid;
beforeAll(async () => {
  db = await createDatabase();
  world = await prepaid(db);
});
afterAll(() => db.drop());

const dialled = "+493012345678";
const question = (endpoint: string, call: string = randomUUID(), to = dialled) => ({
  ...{ pbx: "pbx1", call, endpoint, address: "", at: new Date(), dialled: to },
});

/** The pool, and the names of the statements that went through it. */
function watched(): { pool: SqlPool; names: string[] } {
  const names: string[] = [];
  const query: SqlPool["query"] = (name, text, values) => {
    names.push(name);
    return db.pool.query(name, text, values);
  };
  return { pool: { query, close: async () => {} }, names };
}

test("questions that come at once go together, hold what is there, and the rest is refused", async () => {
  const { tenant, phone } = await world.customer(3_000_000n);
  const { pool, names } = watched();
  const authoriser = new CallAuthoriser(pool);
  const ask = (count: number) =>
    Promise.all(Array.from({ length: count }, () => authoriser.ask(question(phone.endpoint))));
  // After the first the phone's country is known, so that the others come in one breath.
  const first = [...(await ask(1)), ...(await ask(7))];
  expect(first.every(({ kind, grantedSeconds }) => kind === "out" && grantedSeconds === 300)).toBe(true);
  expect(names.filter((name) => name === "calls_authorise")).toHaveLength(1);
  const more = await ask(8);
  expect(more.filter(({ kind }) => kind === "out")).toHaveLength(2);
  expect(more.filter(({ code }) => code === "BAL-01")).toHaveLength(6);
  expect(await world.heldOf(tenant)).toBe(3_000_000n);
  expect(await world.differences()).toEqual([]);
});

test("one question asked many times at once has one answer and one hold", async () => {
  const { tenant, phone } = await world.customer(3_000_000n);
  const authoriser = new CallAuthoriser(db.pool);
  const call = randomUUID();
  const answers = await Promise.all(Array.from({ length: 9 }, () => authoriser.ask(question(phone.endpoint, call))));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await world.heldOf(tenant)).toBe(300_000n);
});

test("a question that the database refuses fails alone", async () => {
  const { phone } = await world.customer(3_000_000n);
  const authoriser = new CallAuthoriser(db.pool);
  const asked = Array.from({ length: 5 }, (_, i) => question(phone.endpoint, i === 2 ? "not a text\0" : randomUUID()));
  const results = await Promise.allSettled(asked.map((one) => authoriser.ask(one)));
  expect(results.map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(1);
  expect(results[2]?.status).toBe("rejected");
});

test("a wallet that somebody holds keeps no other tenant's calls waiting, nor an emergency", async () => {
  const [held, free] = [await world.customer(3_000_000n), await world.customer(3_000_000n)];
  const somebody = new Client({ connectionString: db.ownerUrl });
  await somebody.connect();
  const authoriser = new CallAuthoriser(db.pool);
  try {
    await somebody.query("BEGIN");
    await somebody.query("SELECT FROM wallet WHERE tenant_id = $1 FOR UPDATE", [held.tenant.tenantId]);
    let over = false;
    const waiting = Promise.all(Array.from({ length: 3 }, () => authoriser.ask(question(held.phone.endpoint)))).then(
      (answers) => {
        over = true;
        return answers;
      },
    );
    const others = await Promise.all(Array.from({ length: 4 }, () => authoriser.ask(question(free.phone.endpoint))));
    expect(others.map(({ kind }) => kind)).toEqual(["out", "out", "out", "out"]);
    expect((await authoriser.ask(question(held.phone.endpoint, randomUUID(), "112"))).kind).toBe("emergency");
    expect(over).toBe(false);
    await somebody.query("COMMIT");
    expect((await waiting).map(({ kind }) => kind)).toEqual(["out", "out", "out"]);
  } finally {
    await somebody.end();
  }
});

test("a wallet that one call needs and somebody holds is waited for by that call alone", async () => {
  const all = [];
  for (let i = 0; i < 4; i += 1) all.push(await world.customer(3_000_000n));
  const [held, ...free] = all;
  const somebody = new Client({ connectionString: db.ownerUrl });
  await somebody.connect();
  const { pool, names } = watched();
  const authoriser = new CallAuthoriser(pool);
  try {
    await somebody.query("BEGIN");
    await somebody.query("SELECT FROM wallet WHERE tenant_id = $1 FOR UPDATE", [held?.tenant.tenantId]);
    const number = readDialled(dialled, "DE");
    const answers = all.map(({ phone }) => authoriser.authorise({ question: question(phone.endpoint), number }));
    let over = false;
    const waiting = answers[0]?.then((answer) => {
      over = true;
      return answer;
    });
    expect((await Promise.all(answers.slice(1))).map(({ kind }) => kind)).toEqual(free.map(() => "out"));
    expect(names.filter((name) => name === "call_authorise").length).toBeLessThanOrEqual(1);
    expect(over).toBe(false);
    await somebody.query("COMMIT");
    expect((await waiting)?.kind).toBe("out");
  } finally {
    await somebody.end();
  }
});

test("a tenant that somebody is changing is left to a question of its own, which waits and then sees the change", async () => {
  const changed = await world.customer(3_000_000n);
  const somebody = new Client({ connectionString: db.ownerUrl });
  await somebody.connect();
  const { pool, names } = watched();
  const authoriser = new CallAuthoriser(pool);
  try {
    await somebody.query("BEGIN");
    await somebody.query("SELECT FROM tenant WHERE id = $1 FOR UPDATE", [changed.tenant.tenantId]);
    await somebody.query("UPDATE tenant SET state = 'suspended' WHERE id = $1", [changed.tenant.tenantId]);
    const waiting = Promise.all(Array.from({ length: 3 }, () => authoriser.ask(question(changed.phone.endpoint))));
    const until = async (count: number): Promise<void> => {
      if (names.filter((name) => name === "call_authorise").length >= count) return;
      await new Promise((resolve) => setImmediate(resolve));
      return until(count);
    };
    await until(3);
    await somebody.query("COMMIT");
    expect((await waiting).map(({ code }) => code)).toEqual(["SEC-02", "SEC-02", "SEC-02"]);
  } finally {
    await somebody.end();
  }
});

test("an endpoint that nobody has, and a phone of the house, are answered as they are alone", async () => {
  const { tenant, phone } = await world.customer(3_000_000n);
  const other = await world.make.phone(tenant, "102");
  const authoriser = new CallAuthoriser(db.pool);
  expect(await authoriser.ask(question("nobody-101"))).toMatchObject({ kind: "refuse", code: "AUT-02" });
  expect(await authoriser.ask(question(phone.endpoint, randomUUID(), "102"))).toMatchObject({
    kind: "internal",
    target: other.endpoint,
  });
  const { kind } = await authoriser.ask(question(phone.endpoint));
  expect(kind).toBe("out");
});

test("a phone's country is asked for once, and a phone that is gone is refused all the same", async () => {
  const { tenant, phone } = await world.customer(3_000_000n);
  const { pool, names } = watched();
  const authoriser = new CallAuthoriser(pool);
  for (const expected of ["out", "out"]) expect((await authoriser.ask(question(phone.endpoint))).kind).toBe(expected);
  expect(names).toEqual(["call_subject", "call_authorise", "call_authorise"]);
  await world.make.sql("DELETE FROM extension WHERE tenant_id = $1", [tenant.tenantId]);
  const gone = await Promise.all(Array.from({ length: 4 }, () => authoriser.ask(question(phone.endpoint))));
  expect(gone.map(({ code }) => code)).toEqual(["AUT-02", "AUT-02", "AUT-02", "AUT-02"]);
});
