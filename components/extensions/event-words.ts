import { type Message, msg, say } from "@/server/kernel/words";

const words: Readonly<Record<string, Message>> = {
  registered: msg("Registered"),
  Registered: msg("Registered"),
  unregistered: msg("Unregistered"),
  expired: msg("Registration ran out"),
  removed: msg("Unregistered"),
  wrong_password: msg("Wrong password"),
  InvalidPassword: msg("Wrong password"),
  ChallengeResponseFailed: msg("Wrong password"),
  InvalidAccountID: msg("Unknown user name"),
  FailedACL: msg("Address not allowed"),
  UnexpectedAddress: msg("Unexpected address"),
  RequestNotAllowed: msg("Request not allowed"),
  SuccessfulAuth: msg("Credentials accepted"),
  blocked: msg("Address blocked"),
  SettingsRefused: msg("Refused its settings"),
};

/** What a phone's event is called. One without words yet is split into its own: "InvalidTransport" becomes "Invalid transport". */
export function eventWords(type: string): string {
  const known = words[type];
  if (known) return say(known);
  const plain = type
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
