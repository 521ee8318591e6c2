import { type Message, msg } from "@/server/kernel/words";

/** What is reported, as the PBX calls it, and what that is in words. */
export const securityEventTypes = {
  InvalidPassword: msg("Wrong password"),
  ChallengeResponseFailed: msg("Wrong answer to a challenge"),
  InvalidAccountID: msg("Unknown user name"),
  FailedACL: msg("Address not allowed"),
  UnexpectedAddress: msg("Another address than before"),
  RequestNotAllowed: msg("Request not allowed"),
  RequestNotSupported: msg("Request not known"),
  RequestBadFormat: msg("Malformed request"),
  AuthMethodNotAllowed: msg("Way to sign in not allowed"),
  InvalidTransport: msg("Transport not allowed"),
  SessionLimit: msg("Too many sessions"),
  MemoryLimit: msg("Memory at its limit"),
  LoadAverageLimit: msg("Load at its limit"),
  // Of the portal: a desk phone asked for its settings with the wrong password or from elsewhere.
  SettingsRefused: msg("Settings refused to a desk phone"),
} as const satisfies Record<string, Message>;

/** How bad it is: the PBX calls all of them errors. What somebody does who has a user name already is worse than a guess. */
export const securityEventSeverities = ["high", "medium", "low"] as const;
export type SecurityEventSeverity = (typeof securityEventSeverities)[number];

const severities: Readonly<Record<string, SecurityEventSeverity>> = {
  InvalidPassword: "high",
  ChallengeResponseFailed: "high",
  UnexpectedAddress: "high",
  InvalidAccountID: "medium",
  FailedACL: "medium",
  RequestNotAllowed: "medium",
  AuthMethodNotAllowed: "medium",
  SessionLimit: "medium",
  SettingsRefused: "high",
};

/** Guesses at a password. Without a name that somebody has they are guesses at names, and as bad as those. */
export const passwordGuesses: readonly string[] = ["InvalidPassword", "ChallengeResponseFailed"];

const severityOfType = (type: string): SecurityEventSeverity => severities[type] ?? "low";
/** How bad an event of this type is under the user name that was tried, empty for one that is not known. */
export const severityOf = (type: string, account: string): SecurityEventSeverity =>
  account === "" && passwordGuesses.includes(type) ? "medium" : severityOfType(type);
/** The types that are as bad as that. */
export const typesOf = (severity: SecurityEventSeverity): readonly string[] =>
  Object.keys(securityEventTypes).filter((type) => severityOfType(type) === severity);

/** By what events are counted, narrowed and left out. */
export const securityEventFacets = ["type", "account", "address", "transport", "tenant"] as const;
export type SecurityEventFacet = (typeof securityEventFacets)[number];
export type LeftOut = Readonly<{ kind: SecurityEventFacet; value: string }>;

export const MOST_LEFT_OUT = 20;

/** What a filter leaves out: "kind:value" with spaces between, each value written as in an address. What is not understood is none. */
export const leftOut = (text: string | undefined): readonly LeftOut[] =>
  (text ?? "").split(" ").flatMap((word) => {
    const [, name, written = ""] = /^(\w+):(.*)$/.exec(word) ?? [];
    const kind = securityEventFacets.find((one) => one === name);
    try {
      return kind ? [{ kind, value: decodeURIComponent(written) }] : [];
    } catch {
      return [];
    }
  });

/** The same as text; undefined for nothing. */
export const leavingOut = (all: readonly LeftOut[]): string | undefined =>
  all.map(({ kind, value }) => `${kind}:${encodeURIComponent(value)}`).join(" ") || undefined;
