import { z } from "zod";

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

/** How bad an event of this type is. */
export const severityOfType = (type: string): SecurityEventSeverity => severities[type] ?? "low";
/** The types that are as bad as that. */
export const typesOf = (severity: SecurityEventSeverity): readonly string[] =>
  Object.keys(securityEventTypes).filter((type) => severityOfType(type) === severity);

const day = z.iso.date("Use a day such as 2027-01-31.");
const text = (most: number) => z.string().trim().max(most).optional();

/** What narrows the list; an empty text asks for everything, because search boxes send it. */
export const securityEventFilterSchema = z.object({
  /** As the PBX calls it. */
  type: text(40),
  severity: z.enum(securityEventSeverities).optional(),
  /** One address, or the network such as 203.0.113.0/24 or 2001:db8:0:1::/64 that it belongs to. */
  address: text(64),
  /** The SIP user name that was tried, whole. */
  account: text(128),
  /** A tenant at or below this one, by its short name. */
  tenant: text(63),
  /** First and last day, both included, in the tenant's own calendar. */
  from: day.optional(),
  to: day.optional(),
});
export type SecurityEventFilter = z.output<typeof securityEventFilterSchema>;

/** The place of an event: its moment in microseconds and its id. */
export const securityEventKey = z.string().regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not an event of this list.");
