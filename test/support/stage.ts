import { randomUUID } from "node:crypto";

import type { Context } from "@/server/api/context";
import { builders, type Tenancy } from "./builders";
import { callerFor } from "./caller";
import type { TestDatabase } from "./database";

/**
 * The smallest company with a chain: an operator, a reseller below it, a customer below that, each with an owner and a
 * plan to buy under. The customer has no phone and no money yet.
 */
export async function stage(db: TestDatabase) {
  const make = builders(db);
  const person = async (at: Tenancy, role = "owner"): Promise<string> => {
    const { id } = await make.one<{ id: string }>(
      "INSERT INTO person (email, name) VALUES ($1, 'Somebody') RETURNING id",
      [`${randomUUID()}@test.example`],
    );
    await make.sql("INSERT INTO seat (tenant_id, user_id, role) VALUES ($1, $2, $3)", [at.tenantId, id, role]);
    return id;
  };
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const reseller = await make.tenant("reseller", operator, { slug: "reseller" });
  const customer = await make.tenant("customer", reseller, { slug: "acme" });
  const buying = await make.plan(operator, { "49": { perMinute: 6_000n, first: 60, next: 60 } });
  const selling = await make.plan(reseller, { "49": { perMinute: 12_500n, fee: 30_000n, first: 60, next: 6 } });
  await make.assign(reseller, buying);
  await make.assign(customer, selling);
  const owners = {
    operator: await person(operator),
    reseller: await person(reseller),
    customer: await person(customer),
  };
  return {
    ...make,
    person,
    operator,
    reseller,
    customer,
    buying,
    selling,
    owners,
    as: (who: keyof typeof owners | { userId: string }, more: Partial<Context> = {}) =>
      callerFor(db.app, typeof who === "string" ? owners[who] : who.userId, more),
  };
}

export type Stage = Awaited<ReturnType<typeof stage>>;

/** What is written down about a refusal, wherever nothing else of it may remain. */
const ofTheTrail = ["public.audit_event", "public.audit_head"];

/** Every row of every table but the trail, to prove that a refusal changed nothing else. */
export const everyRowButTrail = (db: TestDatabase): Promise<string> => everyRow(db, ["public", "pbx"], ofTheTrail);

/** Every row of every table as text, to prove that a refusal changed nothing and that a secret is nowhere. */
export async function everyRow(
  db: TestDatabase,
  schemas: readonly string[] = ["public", "pbx"],
  except: readonly string[] = [],
): Promise<string> {
  const { rows } = await db.owner.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema = ANY ($1) AND table_type = 'BASE TABLE' ORDER BY 1`,
    [schemas],
  );
  const dumps: string[] = [];
  for (const { name } of rows) {
    if (except.includes(name)) continue;
    const table = await db.owner.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    dumps.push(`${name}\n${table.rows.map(({ row }) => row).join("\n")}`);
  }
  return dumps.join("\n\n");
}
