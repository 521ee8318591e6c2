import { type Actor, changeOfPerson, recordRefusalOfPerson } from "@/server/domain/audit/change";
import { queueMail } from "@/server/domain/mail/mail";
import type { Viewing } from "@/server/domain/viewing/viewing";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { browserText } from "@/server/kernel/browser-text";
import { DomainError } from "@/server/kernel/errors";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

export type Place = Readonly<{ address: string; userAgent: string }>;
export type LiveSession = Readonly<{
  sessionId: SessionId;
  userId: UserId;
  email: string;
  name: string;
  /** When the person last showed who they are. */
  authenticatedAt: Date;
  /** When they last showed a second factor; null in a session without. */
  factorAt: Date | null;
  /** What the session looks at for now, if it does. */
  viewing?: Viewing | undefined;
  /** The tenant of the brand's host name that it was opened at; undefined at the house's own. It is one nowhere else. */
  within?: TenantId | undefined;
}>;

/** Enough to tell a person's sessions apart in the trail, and too little to name one. */
export const markOf = (sessionId: string): string => sessionId.slice(0, 8);

/** Who has this address, and the digest to compare a password with. Only signing in may ask. Unknown: undefined. */
export async function findSignIn(
  db: Db,
  email: string,
): Promise<{ userId: UserId; name: string; passwordHash: string | null } | undefined> {
  const [row] = await db.$queryRaw<{ user_id: UserId; name: string; password_hash: string | null }[]>`
    SELECT user_id, name, password_hash FROM sign_in_lookup(${email})`;
  return row && { userId: row.user_id, name: row.name, passwordHash: row.password_hash };
}

/** Where a person was signed in lately. Only signing in may ask, to tell the owner from strangers. */
export async function signInPlaces(db: Db, email: string): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ address: string }[]>`SELECT a AS address FROM sign_in_places(${email}) a`;
  return rows.map(({ address }) => address);
}

type Opening = Readonly<{
  userId: UserId;
  hours: number;
  /** `device`: what this sign-in has in common with earlier ones from the same device. */
  place: Place & Readonly<{ device: string }>;
  /** The tenant of the brand's host name that the person stands at; undefined at the house's own. */
  within?: TenantId | undefined;
  /** Whether a second factor was shown. */
  factor: boolean;
  actor: Actor;
  /** Whom to write to when the device is new; undefined writes to nobody. */
  notice?: Notice | undefined;
}>;
type Notice = Readonly<{ email: string; appUrl: string }>;

/**
 * Opens a session of so many hours and records the sign-in on every tenant the person has a seat on. A device that the
 * person never used before is told by mail, except at the very first sign-in. A repeat opens another session. Locks the
 * person and the heads of those tenants' trails.
 * @throws DomainError invalid_state when the person has a second factor that was not shown.
 */
export function openSession(db: Db, opening: Opening): Promise<SessionId> {
  const { userId, hours, place, within, factor, actor, notice } = opening;
  return changeOfPerson(db, { userId, actor, action: "session.sign_in" }, async (tx, home) => {
    const [row] = await tx.$queryRaw<{ id: SessionId; fresh: boolean }[]>`
      SELECT id, fresh FROM session_open(${userId}::uuid, ${place.address}, ${place.userAgent}, ${hours}::int, ${place.device},
        ${factor}, ${within ?? null}::uuid)`;
    if (!row) throw new Error("session_open answered with no row");
    if (row.fresh && notice) await mailNewDevice(tx, home, place, notice);
    return {
      subject: `person:${userId}`,
      after: { session: markOf(row.id), ...(row.fresh ? { newDevice: true } : {}) },
      result: row.id,
    };
  });
}

const mailNewDevice = (tx: TenantWrite, home: TenantId, { address, userAgent }: Place, { email, appUrl }: Notice) =>
  queueMail(tx, home, {
    to: email,
    subject: () => t("A new device signed in to your account"),
    text: () =>
      [
        t("{browser} at {address} signed in on {moment}.", {
          browser: browserText(userAgent),
          address: address || t("an unknown address"),
          moment: new Date().toUTCString(),
        }),
        t("If that was you, there is nothing to do."),
        t("If not, end that session at {page} and choose a new password there.", { page: `${appUrl}/account` }),
      ].join("\n\n"),
  });

/**
 * Records a wrong password or passkey, or a wrong code after a right password: on the person's tenants when the address is somebody's, else
 * with the operator. It counts once for the network that it came from, however many trails it stands in.
 */
export async function recordFailedSignIn(
  db: Db,
  userId: UserId | undefined,
  actor: Actor,
  wrong: "password" | "code" | "passkey" | "host" = "password",
): Promise<void> {
  await recordRefusalOfPerson(
    db,
    { userId, actor, action: "session.sign_in" },
    { subject: userId ? `person:${userId}` : "person:unknown", outcome: "failed", after: { wrong } },
  );
  if (!actor.address) return;
  await db.$queryRaw`SELECT signal_count('sign_in', NULL, ${actor.address}, ${new Date()}::timestamptz, 1)::text`;
}

type Checked = Omit<LiveSession, "sessionId" | "viewing" | "within"> &
  Omit<Viewing, "tenantId"> &
  Readonly<{ tenantId: TenantId | null; door: TenantId | null }>;

/** The person behind a session, as of now: undefined once it ended, was revoked, or never was. */
export async function checkSession(db: Db, sessionId: string): Promise<LiveSession | undefined> {
  const [row] = await db.$queryRaw<Checked[]>`
    SELECT user_id AS "userId", email, name, authenticated_at AS "authenticatedAt", factor_at AS "factorAt",
      door_tenant_id AS door, view_tenant_id AS "tenantId", view_from_id AS "fromTenantId", view_role AS role, view_reason AS reason, view_until AS until,
      view_slug AS "tenantSlug", view_name AS "tenantName"
    FROM session_check(${sessionId}::uuid)`;
  if (!row) return undefined;
  const { userId, email, name, authenticatedAt, factorAt, door, tenantId, ...view } = row;
  const viewing = tenantId === null ? undefined : { tenantId, ...view };
  const who = { sessionId: sessionId as SessionId, userId, email, name, authenticatedAt, factorAt };
  return { ...who, viewing, within: door ?? undefined };
}

/** Ends one's own session. A repeat changes and records nothing. */
export async function signOut(db: Db, session: LiveSession, actor: Actor): Promise<void> {
  await changeOfPerson(db, { userId: session.userId, actor, action: "session.sign_out" }, async (tx) => {
    await tx.$queryRaw`SELECT session_revoke(${session.userId}::uuid, ${session.sessionId}::uuid, NULL)`;
    return { subject: `session:${markOf(session.sessionId)}`, result: undefined };
  });
}

export type SessionRow = Readonly<{
  id: SessionId;
  createdAt: Date;
  expiresAt: Date;
  lastSeenAt: Date;
  address: string;
  userAgent: string;
}>;

/** The person's sessions that still let somebody in, the one used last first. Row security shows one's own only. */
export async function listSessions(db: Db, userId: UserId): Promise<SessionRow[]> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT set_config('app.user_id', ${userId}, true), set_config('transaction_read_only', 'on', true)`;
    const rows = await tx.session.findMany({
      where: { userId, revokedAt: null, expiresAt: { gt: new Date() } },
      orderBy: { lastSeenAt: "desc" },
      select: { id: true, createdAt: true, expiresAt: true, lastSeenAt: true, address: true, userAgent: true },
      take: 100,
    });
    return rows.map((row) => ({ ...row, id: row.id as SessionId }));
  });
}

/**
 * Ends one session of a person: whoever uses it is signed out with the next request.
 * @throws DomainError not_found when the person has no such open session; a repeat therefore says so.
 */
export async function revokeSession(tx: TenantWrite, userId: UserId, sessionId: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ ended: number }[]>`
    SELECT session_revoke(${userId}::uuid, ${sessionId}::uuid, NULL) AS ended`;
  if (!row?.ended) throw new DomainError("not_found");
}

/** Ends every session of a person but the one that asks. @returns how many ended. */
export async function revokeOtherSessions(tx: TenantWrite, userId: UserId, keep: SessionId): Promise<number> {
  const [row] = await tx.$queryRaw<{ ended: number }[]>`
    SELECT session_revoke(${userId}::uuid, NULL, ${keep}::uuid) AS ended`;
  return row?.ended ?? 0;
}
