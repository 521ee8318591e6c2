import { letterLink, letterOf } from "@/server/domain/incidents/containment-letter";
import type { Loaded } from "@/server/domain/incidents/containments";
import { queueMail } from "@/server/domain/mail/mail";
import { lockOut } from "@/server/domain/provisioning/extensions";
import { dropContacts } from "@/server/domain/provisioning/provision";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";

/** It was done before, or the containment was released: nothing is to be written down about it. */
export class NothingToDo extends Error {
  override readonly name = "NothingToDo";
}

/** What is to be done about one phone, or one tenant, for a containment of the operator's. */
type Act = Readonly<{ deskId: TenantId; containment: Loaded }>;
export type Phone = Readonly<{ id: ExtensionId; number: string; sipUsername: string }>;

/** The phones that a containment is about; none when the one was deleted. Acts for their tenant. */
export async function phonesOf(tx: TenantRead, { ofTenantId, extensionId }: Loaded): Promise<readonly Phone[]> {
  const rows = await tx.extension.findMany({
    where: { tenantId: ofTenantId, ...(extensionId === null ? {} : { id: extensionId }) },
    select: { id: true, number: true, sipUsername: true },
    orderBy: { number: "asc" },
  });
  return rows.map((row) => ({ ...row, id: row.id as ExtensionId }));
}

/** What was done already, by its key. Acts for the operator. */
export async function effectsOf(tx: TenantRead, deskId: TenantId, containmentId: string): Promise<ReadonlySet<string>> {
  const rows = await tx.containmentEffect.findMany({
    where: { tenantId: deskId, containmentId },
    select: { what: true },
  });
  return new Set(rows.map(({ what }) => what));
}

export const effect = {
  rotate: ({ id }: Phone) => `rotate:${id}`,
  contacts: ({ id }: Phone) => `contacts:${id}`,
  /** What is said depends on whether secrets were replaced by then. */
  notify: (tenantId: string, replaced: boolean) => `notify:${tenantId}${replaced ? ":replaced" : ""}`,
} as const;

/** Whether any secret was replaced, so that a phone reaches nobody until it has its new one. */
export const hasReplaced = (effects: ReadonlySet<string>): boolean =>
  [...effects].some((what) => what.startsWith("rotate:"));

/**
 * Opens the step of telling again when secrets were replaced only after it was done: what was said is true no more. Acts for the
 * operator.
 */
export async function tellAgain(tx: TenantWrite, deskId: TenantId, containmentId: string): Promise<void> {
  const effects = await effectsOf(tx, deskId, containmentId);
  if (!hasReplaced(effects) || [...effects].some((what) => what.endsWith(":replaced"))) return;
  const where = { tenantId: deskId, containmentId, step: "notify", state: "done" };
  await tx.containmentStep.updateMany({ where, data: { state: "waiting", finishedAt: null } });
}

/** @throws NothingToDo when it was done before, or must not be done any more. */
async function claim(tx: TenantWrite, { deskId, containment }: Act, what: string, amount: number): Promise<void> {
  const [row] = await tx.$queryRaw<{ go: boolean }[]>`
    SELECT containment_claim(${deskId}::uuid, ${containment.id}::uuid, ${what}, ${amount}::int) AS go`;
  if (!row?.go) throw new NothingToDo();
}

/**
 * Replaces a phone's secret by one that nobody is shown: whoever knows the old one is out, and so is the phone, until somebody
 * who may asks for a new one. Once per containment. Acts for the phone's tenant.
 * @throws NothingToDo; DomainError not_found for a deleted extension.
 */
export async function replaceSecret(tx: TenantWrite, act: Act, phone: Phone): Promise<void> {
  await claim(tx, act, effect.rotate(phone), 1);
  await lockOut(tx, act.containment.ofTenantId, phone.id);
}

/**
 * Forgets where an extension's phones are. Once per containment. Acts for the phone's tenant.
 * @returns how many there were. @throws NothingToDo.
 */
export async function forgetPhones(tx: TenantWrite, act: Act, phone: Phone): Promise<number> {
  const where = { tenantId: act.containment.ofTenantId, extensionId: phone.id };
  const amount = await tx.registration.count({ where });
  await claim(tx, act, effect.contacts(phone), amount);
  await dropContacts(tx, phone.id);
  return amount;
}

export type Told = Readonly<{ id: TenantId; name: string; slug: string; timeZone: string }>;

/** Who is told of a containment: the tenant and the reseller it buys from. Wants a subtree transaction of the operator. */
export async function tenantsToTell(tx: TenantRead, { ofTenantId }: Loaded): Promise<readonly Told[]> {
  return tx.$queryRaw<Told[]>`
    SELECT t.id, t.name, t.slug, t.time_zone AS "timeZone" FROM tenant o JOIN tenant t ON t.id = o.id OR (t.id = o.parent_id AND t.kind = 'reseller')
    WHERE o.id = ${ofTenantId}::uuid AND t.kind <> 'operator' ORDER BY t.id = o.id DESC`;
}

const MOST_OWNERS = 50;

/**
 * Mails the owners of one tenant what was stopped and what they can do. Once per containment and tenant, and once more when
 * secrets were replaced since. Acts for that tenant.
 * @param appUrl the portal's address, without a slash at the end. @param replaced whether secrets were replaced by now.
 * @returns how many mails. @throws NothingToDo.
 */
export async function tellTenant(
  tx: TenantWrite,
  act: Act,
  told: Told,
  { appUrl, replaced }: Readonly<{ appUrl: string; replaced: boolean }>,
): Promise<number> {
  const owners = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${told.id}::uuid AND s.role = 'owner' ORDER BY p.email LIMIT ${MOST_OWNERS}::int`;
  await claim(tx, act, effect.notify(told.id, replaced), owners.length);
  const { subject, incident, createdAt, ofTenantId } = act.containment;
  const mine = told.id === ofTenantId;
  const link = await letterLink(tx, appUrl, told.slug, mine);
  const letter = letterOf({ subject, incident, at: createdAt, timeZone: told.timeZone, replaced, mine, link });
  for (const { email } of owners) await queueMail(tx, told.id, { to: email, ...letter });
  return owners.length;
}

/** The owners of everybody who is to be told, for whoever has to write to them by hand. Wants a subtree transaction of the operator. */
export async function ownersToTell(
  tx: TenantRead,
  containment: Loaded,
): Promise<readonly Readonly<{ id: TenantId; slug: string; emails: readonly string[] }>[]> {
  const told = await tenantsToTell(tx, containment);
  const owners = await tx.$queryRaw<{ id: string; email: string }[]>`
    SELECT s.tenant_id AS id, p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ANY (${told.map(({ id }) => id)}::uuid[]) AND s.role = 'owner' ORDER BY p.email LIMIT ${2 * MOST_OWNERS}::int`;
  return told.map(({ id, slug }) => ({
    id,
    slug,
    emails: owners.filter((owner) => owner.id === id).map(({ email }) => email),
  }));
}

/**
 * Bans at the PBX, for a day, where the contained calls came from, but for addresses from which the phone called before or
 * something else works. Several containments may want one ban; it ends with the last. A repeat places nothing.
 * @returns the addresses that were not banned for this containment before; none when it was released.
 */
export async function banSources(tx: TenantWrite, containmentId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ network: string }[]>`SELECT network FROM containment_ban(${containmentId}::uuid)`;
  return rows.map(({ network }) => network);
}

/** The networks that `banSources` would ban, as things stand now. Wants a subtree transaction of the operator. */
export async function sourcesOf(tx: TenantRead, of: Loaded): Promise<string[]> {
  const rows = await tx.$queryRaw<{ network: string }[]>`
    SELECT abbrev(network) AS network FROM containment_sources(${of.incidentId}::uuid, ${of.ofTenantId}::uuid, ${of.extensionId}::uuid)
    WHERE kept IS NULL ORDER BY 1`;
  return rows.map(({ network }) => network);
}
