import type { AuditAction } from "@/server/domain/audit/actions";
import { refuseUnseen } from "@/server/domain/audit/meanwhile";
import type { Db } from "@/server/infra/db/client";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type Actor = {
  readonly kind: "user" | "token" | "job" | "cli" | "pbx" | "anonymous";
  /** A person's id, the part of a token that is shown, a job's name, or the name of the account that runs the command line. */
  readonly id: string;
  readonly requestId: string;
  readonly address?: string;
  /** The signed-in person, for row security of their own rows. */
  readonly userId?: UserId;
};

export type By = {
  readonly tenantId: TenantId;
  /** The tenant whose seat allows it, when it is above the one acted on: both identities are kept. */
  readonly actingTenantId?: TenantId | undefined;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** For a change that takes longer than others. */
  readonly patienceMs?: number | undefined;
};

export type PublicValues = Readonly<Record<string, string | number | boolean | null>>;

export type Changed<T> = {
  /** What was changed, as "kind:id". */
  readonly subject: string;
  /** Public values before and after; never a secret. */
  readonly before?: PublicValues;
  readonly after?: PublicValues;
  /** What its maker saw of `before`: replacing something else is refused. Read under the lock that the change holds. */
  readonly seen?: PublicValues | undefined;
  /** Values of `before` in words, for whoever is told that they changed. */
  readonly shown?: Readonly<Record<string, string>> | undefined;
  /** Tenants below whose own trail shows the event as well: what was done to them, from above. Nearest the root first. */
  readonly alsoFor?: readonly TenantId[];
  readonly result: T;
};

/**
 * Makes one change and records who made it, in one transaction: both commit or neither does.
 * This is the way to a writable transaction, so a change without an audit event cannot be written by accident.
 * @throws DomainError whatever the work refuses, and what the database refuses on its behalf.
 */
export function change<T>(db: Db, by: By, work: (tx: TenantWrite) => Promise<Changed<T>>): Promise<T> {
  return translatingSqlErrors(() =>
    writeTenant(db, { tenantId: by.tenantId, userId: by.actor.userId, patienceMs: by.patienceMs }, async (tx) => {
      const done = await work(tx);
      if (done.seen) await refuseUnseen(tx, by.tenantId, { ...done, action: by.action, seen: done.seen });
      // The work may have moved below (onboarding); its event belongs to the tenant that was asked.
      await appendAudit(tx, by, { ...done, outcome: "ok" });
      for (const tenantId of done.alsoFor ?? []) {
        await appendAudit(
          tx,
          { ...by, tenantId, actingTenantId: by.actingTenantId ?? by.tenantId },
          { ...done, outcome: "ok" },
        );
      }
      return done.result;
    }),
  );
}

export type ByPerson = { readonly userId: UserId | undefined; readonly actor: Actor; readonly action: AuditAction };

/**
 * Makes a change that belongs to a person and to no tenant (signing in, ending a session). Each tenant the person has a
 * seat on records it; the operator does for somebody without a seat. `home` is the one of them that the transaction acts for.
 * @throws DomainError whatever the work refuses.
 */
export function changeOfPerson<T>(
  db: Db,
  by: ByPerson,
  work: (tx: TenantWrite, home: TenantId) => Promise<Changed<T>>,
): Promise<T> {
  return translatingSqlErrors(async () => {
    const [first, ...others] = await homesOf(db, by.userId);
    if (!first) throw new Error("there is no operator yet, so nothing can be recorded");
    return writeTenant(db, { tenantId: first, userId: by.userId }, async (tx) => {
      const done = await work(tx, first);
      for (const tenantId of [first, ...others]) await appendAudit(tx, { ...by, tenantId }, { ...done, outcome: "ok" });
      return done.result;
    });
  });
}

/** Records what a person, known or not, was refused. Does nothing while there is no operator. */
export async function recordRefusalOfPerson(db: Db, by: ByPerson, what: Refused): Promise<void> {
  const homes = await homesOf(db, by.userId);
  for (const tenantId of homes) await recordRefusal(db, { tenantId, actor: by.actor, action: by.action }, what);
}

/** Ordered from the root down: whoever appends to several chains locks them in this order, so none waits for ever. */
async function homesOf(db: Db, userId: UserId | undefined): Promise<readonly TenantId[]> {
  const rows = await db.$queryRaw<{ id: TenantId }[]>`
    WITH home AS (SELECT tenant_by_slug(tenant_slug) AS id FROM seats_of(${userId ?? null}::uuid))
    SELECT id FROM (SELECT id FROM home UNION SELECT operator_tenant() WHERE NOT EXISTS (SELECT FROM home)) t
    WHERE id IS NOT NULL ORDER BY (SELECT count(*) FROM tenants_above(id)), id LIMIT 50`;
  return rows.map((row) => row.id);
}

type Refused = { readonly subject: string; readonly outcome: "denied" | "failed"; readonly after?: PublicValues };

/** The tenant in whose trail something stands; or each on which a person has a seat, the operator for somebody without. */
export type Where =
  | Readonly<{ tenantId: TenantId; actingTenantId?: TenantId }>
  | Readonly<{ homesOf: UserId | undefined }>;

/**
 * Records what was refused, each in the trail that it belongs to, in few transactions.
 * When it throws some may stand there already; a repeat writes those again.
 */
export async function recordRefusals(
  db: Db,
  events: readonly (Refused & Readonly<{ where: Where; actor: Actor; action: AuditAction }>)[],
): Promise<void> {
  const perTenant = new Map<TenantId, (typeof events)[number][]>();
  for (const event of events) {
    const homes = "tenantId" in event.where ? [event.where.tenantId] : await homesOf(db, event.where.homesOf);
    for (const tenantId of homes) perTenant.set(tenantId, [...(perTenant.get(tenantId) ?? []), event]);
  }
  for (const [tenantId, mine] of perTenant) {
    await writeTenant(db, { tenantId }, async (tx) => {
      for (const { where, actor, action, ...what } of mine) {
        const actingTenantId = "tenantId" in where ? where.actingTenantId : undefined;
        await appendAudit(tx, { tenantId, actingTenantId, actor, action }, what);
      }
    });
  }
}

/**
 * Records what was refused or failed: there is no change to share a transaction with.
 * A repeat writes another event; attempts are what the trail is for.
 */
export async function recordRefusal(db: Db, by: By, what: Refused): Promise<void> {
  await writeTenant(db, { tenantId: by.tenantId, userId: by.actor.userId }, (tx) => appendAudit(tx, by, what));
}

type Entry = {
  readonly subject: string;
  readonly outcome: "ok" | "denied" | "failed";
  readonly before?: PublicValues;
  readonly after?: PublicValues;
};

async function appendAudit(tx: TenantWrite, by: By, entry: Entry): Promise<void> {
  const { actor } = by;
  await tx.$queryRaw`SELECT audit_append(${by.tenantId}::uuid, ${actor.kind}, ${actor.id}, ${by.actingTenantId ?? null}::uuid, ${by.action},
    ${entry.subject}, ${entry.outcome}, ${JSON.stringify(entry.before ?? {})}::jsonb, ${JSON.stringify(entry.after ?? {})}::jsonb,
    ${actor.requestId}, ${actor.address ?? ""})`;
}
