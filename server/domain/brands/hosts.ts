import { randomBytes } from "node:crypto";

import { type OwnBrand, ownBrand, recordOf } from "@/server/domain/brands/brands";
import { queueMail } from "@/server/domain/mail/mail";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { t } from "@/server/kernel/words";

/** Asks the DNS for the TXT records of a name, each joined to one text; none where there is no such name. */
export type TxtLookup = (name: string) => Promise<readonly string[]>;

/**
 * Writes a host name down for the brand of the tenant acted on, or takes it away. It is served from when `checkHost` has
 * found its record. The same name again keeps its record and what was verified.
 * @throws DomainError invalid_state before there is a brand, and at the operator, whose name is that of the house;
 * invalid_input for the house's own name.
 */
export async function setHost(
  tx: TenantWrite,
  tenantId: TenantId,
  host: string | null,
  houseUrl: string,
): Promise<Readonly<{ before: OwnBrand; after: OwnBrand }>> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { kind: true } });
  if (tenant?.kind === "operator") {
    throw new DomainError(
      "invalid_state",
      {},
      "The operator's portal is under the name of this installation (APP_URL).",
    );
  }
  const before = await ownBrand(tx, tenantId);
  if (!before) throw new DomainError("invalid_state", {}, "Save a name for the brand first.");
  if (host === new URL(houseUrl).hostname) {
    throw new DomainError("invalid_input", { field: "host" }, "That is the name of this installation itself.");
  }
  if (host === before.host) return { before, after: before };
  const token = host === null ? null : randomBytes(18).toString("base64url");
  await tx.$queryRaw`SELECT brand_host_set(${host}::text, ${token}::text)::text`;
  const after = await ownBrand(tx, tenantId);
  if (!after) throw new Error("the brand is gone");
  return { before, after };
}

export type Wanted = Readonly<{ host: string; token: string }>;

/** The host name that waits for its record. @throws DomainError invalid_state when there is none. */
export async function hostToCheck(tx: TenantRead, tenantId: TenantId): Promise<Wanted> {
  const row = await tx.brand.findUnique({ where: { tenantId }, select: { host: true, hostToken: true } });
  if (!row?.host || !row.hostToken) throw new DomainError("invalid_state", {}, "Write the host name down first.");
  return { host: row.host, token: row.hostToken };
}

/** Whether the DNS shows the record. @throws DomainError invalid_state when the DNS did not answer. */
export async function isShown({ host, token }: Wanted, lookup: TxtLookup): Promise<boolean> {
  const { name, value } = recordOf(host, token);
  const texts = await lookup(name).catch(() => undefined);
  if (texts === undefined) {
    throw new DomainError("invalid_state", { name }, `The DNS did not answer for ${name}. Try again in a minute.`);
  }
  return texts.some((text) => text.trim() === value);
}

/** lost: it was missing for three days, so what was verified is not any more. */
export type HostCheck = "verified" | "missing" | "lost";

const MOST_OWNERS = 20;

/**
 * Writes down what the DNS showed. From the first time that it is the record, the host name is served in this brand, and in
 * no other tenant's any more. A verified name that is missing for three days is given up, and its owners are told by mail.
 * @throws DomainError changed_meanwhile when the name is another one by now; host_taken when another tenant was first in this
 * very moment.
 */
export async function noteHost(
  tx: TenantWrite,
  tenantId: TenantId,
  wanted: Wanted,
  shown: boolean,
): Promise<HostCheck> {
  const [row] = await tx.$queryRaw<{ answer: HostCheck | "stale" | "taken" }[]>`
    SELECT brand_host_seen(${wanted.host}, ${wanted.token}, ${shown}) AS answer`;
  if (row?.answer === "taken") throw new DomainError("host_taken", { field: "host", host: wanted.host });
  if (!row || row.answer === "stale") throw new DomainError("changed_meanwhile", { field: "host" });
  if (row.answer === "lost") await tellLost(tx, tenantId, wanted.host);
  return row.answer;
}

async function tellLost(tx: TenantWrite, tenantId: TenantId, host: string): Promise<void> {
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT ${MOST_OWNERS}`;
  const subject = () => t("{host} is not served any more", { host });
  const text = () =>
    [
      t(
        "The record that shows that {host} is yours was missing in its DNS for three days. Nobody comes in by that name any more: your people sign in by the portal's own.",
        { host },
      ),
      `${t("To serve it again, add the record that the page Branding names to the DNS, and check it there.")}\n`,
    ].join("\n\n");
  for (const { email } of owners) await queueMail(tx, tenantId, { to: email, subject, text });
}
