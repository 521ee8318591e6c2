import type { Signal } from "@/server/domain/rules/rule-kinds.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

/** What the incidents of rules are called, before whom they are about. What is stored is the English. */
export const signalTitles: Readonly<Record<Signal, Message>> = {
  spend: msg("Much money spent"),
  spend_day: msg("Much money spent in a day"),
  special: msg("Premium, satellite or personal numbers called"),
  calls: msg("Many calls"),
  refused: msg("Many refused calls"),
  new_country: msg("New countries called"),
  off_hours: msg("Calls at night or on the weekend"),
  short_calls: msg("Many short calls"),
  sequential: msg("Numbers called one after the other"),
  repeated: msg("One number called again and again"),
  price: msg("Dear calls"),
  moves: msg("Registered from many networks"),
  denied: msg("Permissions refused"),
  config: msg("Changes that open doors"),
  sip_failure: msg("Failed sign-ins of phones"),
  sign_in: msg("Failed sign-ins at the portal"),
  difference: msg("Differences found by reconciliation"),
  ami_login: msg("The telephone system refuses the sign-in of the portal"),
  ami_intrusion: msg("Unauthorised sign-in at the manager interface of the telephone system"),
  ami_silence: msg("The telephone system does not answer"),
  retention: msg("Retention failed"),
};

const ATTACK = "Failed sign-ins from ";
const ELSEWHERE = "more networks than can be told apart";

/**
 * The title of an incident in the language of whoever is spoken to: what the system called it is said anew, with whom it is about;
 * what a person wrote, or an older version in other words, stays as it is.
 */
export function titleText(stored: string): string {
  if (stored.startsWith(ATTACK)) {
    const network = stored.slice(ATTACK.length);
    if (network === ELSEWHERE) return t("Failed sign-ins from more networks than can be told apart");
    if (/^[\da-f.:/]+$/i.test(network)) return t("Failed sign-ins from {network}", { network });
  }
  const known = Object.values(signalTitles).find((title) => stored === title || stored.startsWith(`${title}: `));
  if (known === undefined) return stored;
  if (stored === known) return say(known);
  const about = stored.slice(known.length + 2);
  const [, name, number] = /^(.+), extension (\d{1,6})$/.exec(about) ?? [];
  const what = say(known);
  return name !== undefined && number !== undefined
    ? t("{what}: {name}, extension {number}", { what, name, number })
    : t("{what}: {about}", { what, about });
}
