const words: Readonly<Record<string, string>> = {
  registered: "Registered",
  Registered: "Registered",
  unregistered: "Unregistered",
  expired: "Registration ran out",
  removed: "Unregistered",
  wrong_password: "Wrong password",
  InvalidPassword: "Wrong password",
  ChallengeResponseFailed: "Wrong password",
  InvalidAccountID: "Unknown user name",
  FailedACL: "Address not allowed",
  UnexpectedAddress: "Unexpected address",
  RequestNotAllowed: "Request not allowed",
  SuccessfulAuth: "Credentials accepted",
  blocked: "Address blocked",
  SettingsRefused: "Refused its settings",
};

/** What a phone's event is called. One without words yet is split into its own: "InvalidTransport" becomes "Invalid transport". */
export function eventWords(type: string): string {
  const known = words[type];
  if (known) return known;
  const plain = type
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
