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

/** Where a record begins: two ids and the channel, each a whole field. Within a field that somebody chose a quote is always written twice. */
const BEGINNING = /"[\w.-]*\d\.\d+"(?=,"[\w.-]*\d\.\d+","[A-Za-z]+\/)/g;

/**
 * The records of one line, which is one, but for what a PBX that died while it wrote leaves behind: half a record, or a whole one
 * without its end, and the next one in the same line. @returns them, and how many pieces are none.
 */
export function cdrRecordsOf(line: string): Readonly<{ records: readonly CdrLine[]; unreadable: number }> {
  const whole = parseCdrLine(line);
  if (whole) return { records: [whole], unreadable: 0 };
  const begins = [0, ...[...line.matchAll(BEGINNING)].map(({ index }) => index).filter((index) => index > 0)];
  const pieces = begins.map((from, place) => parseCdrLine(line.slice(from, begins[place + 1])));
  const records = pieces.filter((piece) => piece !== undefined);
  return { records, unreadable: pieces.length - records.length };
}

/** Reads one line. @returns undefined for what is not a whole record: a torn line, a foreign file. */
export function parseCdrLine(line: string): CdrLine | undefined {
  const fields = splitCsv(line);
  if (fields?.length !== FIELDS) return undefined;
  const [uniqueId = "", linkedId = "", channel = "", source = "", destination = "", ...rest] = fields;
  const [start = "", answer = "", end = "", billsec = "", disposition = "", userfield = ""] = rest;
  const [startedAtMs, answeredAtMs, endedAtMs, talkSeconds] = [start, answer || "0", end, billsec].map(wholeOrFraction);
  // Two ids with a quote between them: one record was torn after its first field, and this is the next one.
  if (
    !uniqueId ||
    uniqueId.includes('"') ||
    !startedAtMs ||
    !endedAtMs ||
    talkSeconds === undefined ||
    answeredAtMs === undefined
  )
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
