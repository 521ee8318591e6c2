import { phoneOfChannel } from "@/server/kernel/phone-name";

/** One call detail record as Asterisk writes it to its file. Times are milliseconds since 1970. */
export type CdrLine = Readonly<{
  uniqueId: string;
  linkedId: string;
  channel: string;
  /** The SIP endpoint that called, where the channel's name tells it. */
  endpoint: string | undefined;
  source: string;
  destination: string;
  startedAtMs: number;
  /** undefined when nobody answered. */
  answeredAtMs: number | undefined;
  endedAtMs: number;
  talkMs: number;
  disposition: string;
  /** What our dialplan noted: the kind of the call, and our id of it. */
  kind: string;
  callId: string;
}>;

const FIELDS = 11;

const kinds: Readonly<Record<string, string>> = {
  out: "external",
  emergency: "emergency",
  internal: "internal",
  echo: "echo",
  inbound: "inbound",
};

/** The kind of a call from the word that our dialplan notes on its record; without one it costs money until proven free. */
export const callKindOf = (word: string): string => kinds[word] ?? "external";

/** Reads one line. @returns undefined for what is not a whole record: a torn line, a foreign file. */
export function parseCdrLine(line: string): CdrLine | undefined {
  const fields = splitCsv(line);
  if (fields?.length !== FIELDS) return undefined;
  const [uniqueId = "", linkedId = "", channel = "", source = "", destination = "", ...rest] = fields;
  const [start = "", answer = "", end = "", billsec = "", disposition = "", userfield = ""] = rest;
  const [startedAtMs, answeredAtMs, endedAtMs, talkSeconds] = [start, answer || "0", end, billsec].map(wholeOrFraction);
  if (!uniqueId || !startedAtMs || !endedAtMs || talkSeconds === undefined || answeredAtMs === undefined)
    return undefined;
  const [kind = "", callId = ""] = userfield.split(":");
  const answered = disposition === "ANSWERED" && answeredAtMs > 0;
  return {
    uniqueId,
    linkedId,
    channel,
    endpoint: phoneOfChannel(channel),
    source,
    destination,
    startedAtMs: Math.round(startedAtMs * 1000),
    answeredAtMs: answered ? Math.round(answeredAtMs * 1000) : undefined,
    endedAtMs: Math.round(endedAtMs * 1000),
    talkMs: answered ? Math.round(talkSeconds * 1000) : 0,
    disposition,
    kind,
    callId,
  };
}

const wholeOrFraction = (text: string): number | undefined =>
  /^\d{1,12}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;

/** @returns undefined when a quote is left open. */
function splitCsv(line: string): string[] | undefined {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    if (quoted && letter === '"' && line[at + 1] === '"') {
      field += '"';
      at += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === "," && !quoted) {
      fields.push(field);
      field = "";
    } else field += letter;
  }
  return quoted ? undefined : [...fields, field];
}
