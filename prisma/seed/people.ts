import { randomInt } from "node:crypto";

import { hashPassword } from "@/server/auth/passwords";
import type { AuditAction } from "@/server/domain/audit/actions";
import { type Changed, change } from "@/server/domain/audit/change";
import { acceptInvitation, invite } from "@/server/domain/tenancy/invitations";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

import type { DemoTenant } from "./story";

export type SignIn = Readonly<{
  email: string;
  password: string;
  tenantSlug: string;
  tenant: string;
  kind: string;
  role: string;
}>;

const actor = { kind: "job", id: "demo", requestId: "demo" } as const;

/** Every change of the demo goes through the same door as a person's, so its trail is a real one. */
export const demoChange = <T>(
  db: Db,
  tenantId: TenantId,
  action: AuditAction,
  work: (tx: TenantWrite) => Promise<Changed<T>>,
): Promise<T> => change(db, { tenantId, actor, action }, work);

const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** Four groups of five: 99 bits, and easy to read off a screen. */
export const newPassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 5 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join(""),
  ).join("-");

const wordsOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^dr\. /, "")
    .split(" ")
    .join(".");

/** Gives everybody of a tenant a seat by invitation, as a real owner would, and a password of their own. */
export async function seatPeople(db: Db, tenantId: TenantId, tenant: DemoTenant): Promise<SignIn[]> {
  const signIns: SignIn[] = [];
  for (const [name, role] of tenant.people) {
    const email = `${wordsOf(name)}@${tenant.slug}.example`;
    const password = newPassword();
    const token = await demoChange(db, tenantId, "member.invite", async (tx) => {
      const made = await invite(tx, tenantId, { email, role });
      return { subject: `invitation:${made.id}`, after: { email, role }, result: made.token };
    });
    const passwordHash = await hashPassword(password);
    await demoChange(db, tenantId, "member.join", async (tx) => {
      const userId = await acceptInvitation(tx, { token, name, passwordHash });
      return { subject: `person:${userId}`, after: { email, role }, result: userId };
    });
    signIns.push({ email, password, tenantSlug: tenant.slug, tenant: tenant.name, kind: tenant.kind, role });
  }
  return signIns;
}
