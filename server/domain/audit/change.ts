import type { Db } from "@/server/infra/db/client";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { writeTenant } from "@/server/infra/db/write-tenant";
import type { TenantId, UserId } from "@/server/kernel/ids";

/** Stored words: never renamed, because the trail keeps them for years. */
export type AuditAction =
  | "extension.create"
  | "extension.edit"
  | "extension.suspend"
  | "extension.resume"
  | "extension.rotate_secret"
  | "extension.delete"
  | "call.hang_up"
  | "billing.top_up"
  | "billing.transfer"
  | "billing.correct"
  | "billing.set_daily_cap"
  | "tenant.create"
  | "tenant.suspend"
  | "tenant.resume"
  | "plan.create"
  | "plan.assign"
  | "rate.set"
  | "destination.allow"
  | "destination.deny"
  | "member.invite"
  | "member.revoke"
  | "member.join"
  | "session.sign_in"
  | "session.sign_out"
  | "session.revoke"
  | "permission.deny"
  | "retention.sweep"
  | "reconciliation.heal";

export type Actor = {
  readonly kind: "user" | "job" | "cli" | "pbx" | "anonymous";
  /** A person's id, a job's name, or the name of the account that runs the command line. */
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
};

type PublicValues = Readonly<Record<string, string | number | boolean | null>>;

export type Changed<T> = {
  /** What was changed, as "kind:id". */
  readonly subject: string;
  /** Public values before and after; never a secret. */
  readonly before?: PublicValues;
  readonly after?: PublicValues;
  readonly result: T;
};

/**
 * Makes one change and records who made it, in one transaction: both commit or neither does.
 * This is the way to a writable transaction, so a change without an audit event cannot be written by accident.
 * @throws DomainError whatever the work refuses, and what the database refuses on its behalf.
 */
export function change<T>(db: Db, by: By, work: (tx: TenantWrite) => Promise<Changed<T>>): Promise<T> {
  return translatingSqlErrors(() =>
    writeTenant(db, { tenantId: by.tenantId, userId: by.actor.userId }, async (tx) => {
      const done = await work(tx);
      // The work may have moved below (onboarding); its event belongs to the tenant that was asked.
      await appendAudit(tx, by, { ...done, outcome: "ok" });
      return done.result;
    }),
  );
}

/**
 * Records what was refused or failed: there is no change to share a transaction with.
 * A repeat writes another event; attempts are what the trail is for.
 */
export async function recordRefusal(
  db: Db,
  by: By,
  what: { readonly subject: string; readonly outcome: "denied" | "failed"; readonly after?: PublicValues },
): Promise<void> {
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
