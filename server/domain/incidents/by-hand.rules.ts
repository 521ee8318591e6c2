/**
 * What an operator does when the portal cannot: one command per line, ready to be copied, and lines that begin with # for people
 * to read. Whatever is no plain name, number or address is left out, because it must not reach a shell.
 */

const MOST = 60;
/** A unique id of Asterisk's, and a SIP user name. */
const CALL = /^[A-Za-z0-9_.-]{1,80}$/;
const USERNAME = /^[a-z0-9-]{1,80}$/;
const NETWORK = /^[0-9a-f.:]{2,45}(?:\/\d{1,3})?$/;
const PREFIX = /^[1-9]\d{0,14}$/;
const INCIDENT = /^\d{1,18}$/;
const EXTENSION = /^\d{1,6}$/;
const EMAIL = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}$/;

/** The first of them as commands; when there are more, how many, and what lists them. */
function cut<T>(all: readonly T[], command: (one: T) => string, lists: string): readonly string[] {
  const more = all.length - MOST;
  const lines = all.slice(0, MOST).map(command);
  return more > 0 ? [...lines, `# and ${more} more, which this lists: ${lists}`] : lines;
}

/** Ends these calls at the PBX. Asterisk takes a channel's unique id for its name. */
export const hangUpByHand = (calls: readonly string[]): readonly string[] =>
  cut(
    calls.filter((call) => CALL.test(call)),
    (call) => `asterisk -rx "channel request hangup ${call}"`,
    "npx ringfence live",
  );

type Phone = Readonly<{ slug: string; number: string; sipUsername: string }>;
const listsPhones = (phones: readonly Phone[]) => `npx ringfence extension list --tenant ${phones[0]?.slug}`;

/** Forgets where these phones are. */
export function forgetByHand(phones: readonly Phone[]): readonly string[] {
  const named = phones.filter(({ slug, sipUsername }) => USERNAME.test(slug) && USERNAME.test(sipUsername));
  const command = ({ sipUsername }: Phone) =>
    `psql "$DATABASE_MIGRATE_URL" -c "DELETE FROM pbx.ps_contacts WHERE endpoint = '${sipUsername}'"`;
  return cut(named, command, listsPhones(named));
}

/** Replaces the secrets of these extensions; each is shown in the answer. */
export function rotateByHand(phones: readonly Phone[]): readonly string[] {
  const named = phones.filter(({ slug, number }) => USERNAME.test(slug) && EXTENSION.test(number));
  const command = ({ slug, number }: Phone) => `npx ringfence extension rotate --tenant ${slug} --number ${number}`;
  return cut(named, command, listsPhones(named));
}

/** Keeps what is true now, without waiting for the workers. */
export const evidenceByHand = (incident: string): readonly string[] =>
  INCIDENT.test(incident)
    ? [`npx ringfence evidence take ${incident} --wait 0 --reason "Before calls were stopped"`]
    : [];

/** Refuses new calls of a tenant, or of one extension of it. */
export function refuseByHand(incident: string, slug: string, extension: string | undefined): readonly string[] {
  if (!INCIDENT.test(incident) || !USERNAME.test(slug)) return [];
  const only = extension === undefined ? "" : ` --extension ${extension}`;
  if (extension !== undefined && !EXTENSION.test(extension)) return [];
  return [
    `npx ringfence incident contain ${incident} --tenant ${slug}${only} --skip hang_up,rotate,contacts,sources,notify`,
  ];
}

/** Bans these networks at the PBX for a day. */
export const banByHand = (incident: string, networks: readonly string[]): readonly string[] =>
  INCIDENT.test(incident)
    ? cut(
        networks.filter((network) => NETWORK.test(network)),
        (network) => `npx ringfence ban add ${network} --for 1d --reason "Incident ${incident}"`,
        `npx ringfence incident show ${incident}`,
      )
    : [];

/** Blocks a tenant's calls to numbers that begin so. */
export const blockByHand = (incident: string, slug: string, prefixes: readonly string[]): readonly string[] =>
  INCIDENT.test(incident) && USERNAME.test(slug)
    ? prefixes
        .filter((prefix) => PREFIX.test(prefix))
        .map((prefix) => `npx ringfence block add +${prefix} --tenant ${slug} --reason "Incident ${incident}"`)
    : [];

type ToTell = Readonly<{ slug: string; emails: readonly string[] }>;

/** Whom to write to, and what: nothing that can be run. @param replaced secrets were replaced. */
export function tellByHand(incident: string, tenants: readonly ToTell[], replaced: boolean): readonly string[] {
  const named = tenants.filter(({ slug }) => USERNAME.test(slug));
  const people = named.flatMap(({ slug, emails }) =>
    emails.filter((email) => EMAIL.test(email)).map((email) => `# Write to ${email} or call them: an owner of ${slug}`),
  );
  const without = named
    .filter(({ emails }) => !emails.some((email) => EMAIL.test(email)))
    .map(({ slug }) => `# ${slug} has no owner who could be written to: call them`);
  if (people.length + without.length === 0) return [];
  const emergency = replaced
    ? "a phone reaches nobody, emergency numbers included, until it has its new secret"
    : "emergency numbers work";
  const said = `# Say: calls are stopped because of incident ${INCIDENT.test(incident) ? incident : ""}, and ${emergency}`;
  return [...people, ...without, said];
}
