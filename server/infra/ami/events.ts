import { type Frame, isTold, lastOf } from "@/server/infra/ami/frames";
import type { LiveChannel, PbxEvent, SecurityEvent } from "@/server/infra/ami/gateway";
import { isDigestField, isSecretName } from "@/server/infra/log/redact";
import { phoneOfChannel } from "@/server/kernel/phone-name";

/** What the manager interface tells of the class security, and the product uses. */
export const securityEvents: ReadonlySet<string> = new Set([
  "FailedACL",
  "InvalidAccountID",
  "SessionLimit",
  "MemoryLimit",
  "LoadAverageLimit",
  "RequestNotSupported",
  "RequestNotAllowed",
  "AuthMethodNotAllowed",
  "RequestBadFormat",
  "SuccessfulAuth",
  "UnexpectedAddress",
  "ChallengeResponseFailed",
  "InvalidPassword",
  "InvalidTransport",
]);

const MAX_DETAIL = 400;

/** What Asterisk puts into every event about a channel. */
const ofChannel = ["channel", "context", "uniqueid", "linkedid"] as const;
const ofSecurity = ["severity", "service", "eventtv"] as const;

/**
 * Whether Asterisk itself says so. It writes numbers that strangers send into its events as they are, line breaks too, so
 * whoever dials or registers can end one message and begin another. No such field holds more than 79 bytes: what an event of
 * ours has to have, class and channel besides what it says, is longer than that. Told of twice is nothing.
 */
const isGenuine = (frame: Frame, of: "call" | "user"): boolean =>
  frame["privilege"] === `${of},all` && isTold(frame) && ofChannel.every((name) => frame[name] !== undefined);
const isSecurity = (frame: Frame): boolean =>
  frame["privilege"] === "security,all" && ofSecurity.every((name) => frame[name] !== undefined);

/**
 * Turns a manager event into one of ours.
 * @param nowUs the PBX's time, for events that carry none.
 * @returns undefined for what the product does not use.
 */
export function toPbxEvent(frame: Frame, nowUs: number): PbxEvent | undefined {
  const name = frame["event"] ?? "";
  if (name === "UserEvent") return isGenuine(frame, "user") ? toUserEvent(frame, nowUs) : undefined;
  if (name === "Hangup") return isGenuine(frame, "call") ? toHangup(frame, nowUs) : undefined;
  if (securityEvents.has(name) && isSecurity(frame))
    return { kind: "security", event: toSecurityEvent(name, frame, nowUs) };
  return undefined;
}

/** Digits only, so that "1e9", "-5" and "" are no numbers. */
const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;

/** The stamp of timestampevents=yes, seconds with six decimals. */
function stampUs(frame: Frame, nowUs: number): number {
  const seconds = Number(frame["timestamp"]);
  return Number.isFinite(seconds) && seconds > 1_000_000_000 ? Math.round(seconds * 1_000_000) : nowUs;
}

function toUserEvent(frame: Frame, nowUs: number): PbxEvent | undefined {
  const name = frame["userevent"] ?? "";
  const call = frame["call"] ?? "";
  const atUs = wholeNumber(frame["at"]) ?? stampUs(frame, nowUs);
  if (name === "RingfenceAnswered") {
    const grantedSeconds = wholeNumber(frame["granted"]);
    return call && grantedSeconds !== undefined ? { kind: "answered", call, atUs, grantedSeconds } : undefined;
  }
  if (name === "RingfenceEnded") {
    const talkMs = frame["talkms"] === "" ? 0 : wholeNumber(frame["talkms"]);
    if (!call || talkMs === undefined) return undefined;
    const side = frame["side"] ?? "";
    const cause = wholeNumber(frame["cause"]) ?? 0;
    return { kind: "ended", call, talkMs, status: frame["status"] ?? "", cause, side, atUs };
  }
  return name ? { kind: "userevent", name, fields: frame } : undefined;
}

function toHangup(frame: Frame, nowUs: number): PbxEvent | undefined {
  const uniqueId = frame["uniqueid"];
  if (!uniqueId) return undefined;
  return {
    kind: "hangup",
    uniqueId,
    linkedId: frame["linkedid"] ?? uniqueId,
    channel: frame["channel"] ?? "",
    context: frame["context"] ?? "",
    cause: wholeNumber(frame["cause"]) ?? 0,
    atUs: stampUs(frame, nowUs),
  };
}

const ownFields = new Set([
  "event",
  "privilege",
  "severity",
  "service",
  "accountid",
  "remoteaddress",
  "eventtv",
  "timestamp",
]);

function toSecurityEvent(name: string, frame: Frame, nowUs: number): SecurityEvent {
  // RemoteAddress reads "IPV4/UDP/203.0.113.7/5060".
  // The last one: the name that was tried stands before it and may hold another.
  const [, transport, address, port] = lastOf(frame, "remoteaddress").split("/");
  const said = new Date((frame["eventtv"] ?? "").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  const detail = Object.entries(frame)
    .filter(
      ([field]) =>
        /^[a-z]{1,40}$/.test(field) && !ownFields.has(field) && !isDigestField(field) && !isSecretName(field),
    )
    .map(([field, value]) => [field, value.slice(0, MAX_DETAIL)] as const);
  return {
    name,
    severity: frame["severity"] ?? "",
    service: frame["service"] ?? "",
    accountId: (frame["accountid"] ?? "").slice(0, MAX_DETAIL),
    transport: transport || undefined,
    remoteAddress: address || undefined,
    remotePort: wholeNumber(port),
    at: Number.isNaN(said.getTime()) ? new Date(nowUs / 1000) : said,
    detail: Object.fromEntries(detail),
  };
}

/** Reads one row of CoreShowChannels. */
export function toLiveChannel(frame: Frame): LiveChannel {
  const channel = frame["channel"] ?? "";
  const [hours = 0, minutes = 0, seconds = 0] = (frame["duration"] ?? "").split(":").map(Number);
  return {
    channel,
    uniqueId: lastOf(frame, "uniqueid"),
    linkedId: lastOf(frame, "linkedid"),
    context: frame["context"] ?? "",
    extension: frame["exten"] ?? "",
    endpoint: phoneOfChannel(channel),
    state: frame["channelstatedesc"] ?? "",
    seconds: hours * 3600 + minutes * 60 + seconds || 0,
  };
}
