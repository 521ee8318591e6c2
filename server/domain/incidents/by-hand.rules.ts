/** What an operator types when the portal cannot do it: one command per line, ready to be copied. */

const MOST = 60;
/** A unique id of Asterisk's, and a SIP user name: whatever else there is must not reach a shell. */
const CALL = /^[A-Za-z0-9_.-]{1,80}$/;
const USERNAME = /^[a-z0-9-]{1,80}$/;

/** Ends these calls at the PBX. Asterisk takes a channel's unique id for its name. */
export const hangUpByHand = (calls: readonly string[]): readonly string[] =>
  calls
    .filter((call) => CALL.test(call))
    .slice(0, MOST)
    .map((call) => `asterisk -rx "channel request hangup ${call}"`);

/** Forgets where these phones are. */
export const forgetByHand = (usernames: readonly string[]): readonly string[] =>
  usernames
    .filter((name) => USERNAME.test(name))
    .slice(0, MOST)
    .map((name) => `psql "$DATABASE_MIGRATE_URL" -c "DELETE FROM pbx.ps_contacts WHERE endpoint = '${name}'"`);

type Phone = Readonly<{ slug: string; number: string }>;

/** Replaces the secrets of these extensions; each is shown in the answer. */
export const rotateByHand = (phones: readonly Phone[]): readonly string[] =>
  phones
    .filter(({ slug, number }) => USERNAME.test(slug) && /^\d{1,6}$/.test(number))
    .slice(0, MOST)
    .map(({ slug, number }) => `npx ringfence extension rotate --tenant ${slug} --number ${number}`);
