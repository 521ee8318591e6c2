import { decode } from "next-auth/jwt";

import { type Door, isPersonWithin } from "@/server/domain/brands/door";
import { checkSession, type LiveSession } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The session that a cookie names. The cookie only names it; whether it still lets anybody in, the caller asks the database. */
export async function sessionIdIn(cookie: string | undefined, secret: string): Promise<string | undefined> {
  if (!cookie) return undefined;
  const token = await decode({ token: cookie, secret }).catch(() => null);
  const id = token?.["sessionId"];
  return typeof id === "string" && UUID.test(id) ? id : undefined;
}

/** The person behind a cookie as of this moment, or undefined. Asked on every request, so revoking works with the next one. */
export async function readSession(
  db: Db,
  cookie: string | undefined,
  secret: string,
): Promise<LiveSession | undefined> {
  const sessionId = await sessionIdIn(cookie, secret);
  return sessionId === undefined ? undefined : checkSession(db, sessionId);
}

/**
 * The session, if it was opened at the door that this request came to and its person has a seat behind that still. A cookie
 * that somebody carries to another host name, the house's own among them, is none there.
 */
export async function sessionAt(
  db: Db,
  session: LiveSession | undefined,
  door: Pick<Door, "tenantId"> | undefined,
): Promise<LiveSession | undefined> {
  if (!session || session.within !== door?.tenantId) return undefined;
  return !door || (await isPersonWithin(db, session.userId, door.tenantId)) ? session : undefined;
}
