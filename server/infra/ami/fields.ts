import { DomainError } from "@/server/kernel/errors";

/**
 * Every value that goes to Asterisk has a kind, and every kind a form. What does not fit is refused before a byte is
 * written, because a line break in a value begins a second action, and a leading "/" in a channel is a pattern that
 * matches other people's calls.
 */
const forms = {
  /** A channel's name (PJSIP/acme-101-0000002a) or its unique id (1700000000.42, with a system name before it or not). */
  channel: /^(?:[A-Za-z0-9]{1,20}\/[A-Za-z0-9][A-Za-z0-9_.@:;+-]{0,119}|(?:[A-Za-z0-9_-]{1,40}-)?\d{9,12}\.\d{1,12})$/,
  /** Only what the product sets and reads. Dialplan functions such as CURL() or SHELL() would be reachable otherwise. */
  variable:
    /^(?:TIMEOUT\(absolute\)|CDR\(answer,u\)|PJSIP_AOR\([a-z][a-z0-9_-]{0,39},contact\)|PJSIP_CONTACT\([a-z][a-z0-9_-]{0,39}[;@]@[0-9a-f]{32},(?:status|rtt)\))$/,
  /** Seconds with at most three decimals. */
  seconds: /^\d{1,5}(?:\.\d{1,3})?$/,
  /** A cause of Q.850. */
  cause: /^(?:[1-9]|[1-9]\d|1[01]\d|12[0-7])$/,
  /** The SIP endpoint of a phone, and nothing that a channel's name could go on with. */
  endpoint: /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?$/,
  /** An action that the product uses. */
  action: /^(?:Ping|Hangup|Setvar|Getvar|CoreShowChannels|CoreSettings|CoreStatus|Originate|Login|Logoff)$/,
  /** A manager's name. */
  username: /^[A-Za-z0-9_.-]{1,80}$/,
  /** A manager's secret: anything printable, since it is generated. */
  secret: /^[\x21-\x7e]{1,200}$/,
} as const satisfies Record<string, RegExp>;

export type FieldKind = keyof typeof forms;

/**
 * Checks one value against its kind.
 * @throws DomainError invalid_input; the value is not repeated in it.
 */
export function amiField(kind: FieldKind, value: string): string {
  if (!forms[kind].test(value)) throw new DomainError("invalid_input", { field: `ami.${kind}`, length: value.length });
  return value;
}

/** A limit in seconds as Asterisk reads it. Zero would mean "no limit", so it can not be written. */
export function limitSeconds(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0.1 || seconds > 14_400) {
    throw new DomainError("invalid_input", { field: "ami.seconds", seconds: String(seconds) });
  }
  return amiField("seconds", (Math.floor(seconds * 1000) / 1000).toString());
}
