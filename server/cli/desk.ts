import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";

import type { Place } from "@/server/config/place";
import type { AuditAction } from "@/server/domain/audit/actions";
import { type Actor, type Changed, change, recordRefusal } from "@/server/domain/audit/change";
import { getTenantBelow, type TenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { Db } from "@/server/infra/db/client";
import { connectDb } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { LiveKind } from "@/server/infra/live/bus";
import { encodeLive, LIVE_CHANNEL } from "@/server/infra/live/bus";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** The operator has not been created yet, so there is no branch to work on. */
export class NoOperator extends Error {
  override readonly name = "NoOperator";
}

/** What a command works with: the operator's branch, through the doors that the portal uses. */
export type Desk = Readonly<{
  place: Place;
  db: Db;
  /** Who is written into the trail. */
  actor: Actor;
  /** Who is written into ledger lines. */
  actorName: string;
  /** @throws NoOperator before there is one. */
  operator(): Promise<TenantId>;
  /** A tenant anywhere below the operator, by its short name. @throws DomainError not_found. */
  tenant(slug: string): Promise<TenantBelow>;
  read<T>(tenantId: TenantId, work: (tx: TenantRead) => Promise<T>): Promise<T>;
  /** Reads reach the tenants below that one as well. */
  readBelow<T>(tenantId: TenantId, work: (tx: TenantRead) => Promise<T>): Promise<T>;
  /** Reads reach everybody below the operator. */
  readAll<T>(work: (tx: TenantRead) => Promise<T>, patienceMs?: number): Promise<T>;
  /** One change with its audit event: actor kind "cli", by the name of the account that runs it. */
  change<T>(
    tenantId: TenantId,
    action: AuditAction,
    work: (tx: TenantWrite) => Promise<Changed<T>>,
    patienceMs?: number,
  ): Promise<T>;
  /** Tells the open pages of a tenant that something changed. */
  publish(tenantId: TenantId, kinds: readonly LiveKind[]): Promise<void>;
  /** Records that a command was refused: with the tenant and the action it had come to, else with the operator. */
  recordRefusal(command: string, code: string): Promise<void>;
  close(): Promise<void>;
}>;

/** Opens the database of a place; nothing connects before the first question. */
export function openDesk(place: Place): Desk {
  const db = connectDb(place.databaseUrl, 2);
  const name = accountName();
  const actor: Actor = { kind: "cli", id: name, requestId: randomUUID() };
  const operator = async () => {
    const [row] = await db.$queryRaw<{ id: TenantId | null }[]>`SELECT operator_tenant() AS id`;
    if (!row?.id)
      throw new NoOperator("There is no operator yet: run ringfence operator create, or start once with npm start.");
    return row.id;
  };
  let at: Readonly<{ tenantId?: TenantId; action?: AuditAction }> = {};
  const read: Desk["read"] = (tenantId, work) => translatingSqlErrors(() => readTenant(db, { tenantId }, work));
  const readBelow: Desk["readBelow"] = (tenantId, work) =>
    translatingSqlErrors(() => readTenant(db, { tenantId, subtree: true }, work));
  const readAll: Desk["readAll"] = async (work, patienceMs) => {
    const tenantId = await operator();
    return translatingSqlErrors(() => readTenant(db, { tenantId, subtree: true, patienceMs }, work));
  };
  return {
    place,
    db,
    actor,
    actorName: `cli:${name}`,
    operator,
    tenant: (slug) => readAll((tx) => getTenantBelow(tx, slug)).catch((error: unknown) => notFound(error, slug)),
    read,
    readBelow,
    readAll,
    change: async (tenantId, action, work, patienceMs) => {
      at = { tenantId, action };
      return change(db, { tenantId, actingTenantId: await operator(), actor, action, patienceMs }, work);
    },
    recordRefusal: async (command, code) => {
      const operatorId = await operator();
      const by = { tenantId: operatorId, actingTenantId: operatorId, actor, action: "access.refuse", ...at } as const;
      await recordRefusal(db, by, { subject: `command:${command}`, outcome: "failed", after: { code } });
    },
    publish: async (tenantId, kinds) => {
      for (const kind of kinds)
        await db.$executeRaw`SELECT pg_notify(${LIVE_CHANNEL}, ${encodeLive({ tenantId, kind })})`;
    },
    close: () => db.$disconnect(),
  };
}

/** The operator's branch is everybody, so what is not below it does not exist. */
function notFound(error: unknown, slug: string): never {
  if (!(error instanceof DomainError) || error.code !== "not_below") throw error;
  throw new DomainError(
    "not_found",
    { tenant: slug },
    `There is no tenant ${JSON.stringify(slug)}; ringfence tenant list names them all.`,
  );
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no account has.
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
