import { parseCdrLine } from "@/server/domain/calls/cdr-line.rules";
import { type CdrRow, keyOf, type RowProblem } from "@/server/domain/cdr-import/cdr-row.rules";
import { splitLine } from "@/server/domain/cdr-import/csv-line.rules";
import { readMoment } from "@/server/domain/cdr-import/moment.rules";
import { phoneOfChannel } from "@/server/kernel/phone-name";

/** Where each field stands, counted from 0. cdr_csv writes the first; the samples of cdr_custom put the caller first. */
type Layout = Readonly<{
  dialled: number;
  context: number;
  channel: number;
  start: number;
  end: number;
  talk: number;
  disposition: number;
  uniqueId: number;
  userfield: number;
}>;

const cdrCsv: Layout = {
  dialled: 2,
  context: 3,
  channel: 5,
  start: 9,
  end: 11,
  talk: 13,
  disposition: 14,
  uniqueId: 16,
  userfield: 17,
};
const callerFirst: Layout = { ...cdrCsv, channel: 4, start: 8, end: 10, talk: 12, disposition: 13 };

const DISPOSITIONS = new Set(["ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "CANCEL", "UNKNOWN"]);
const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$|^\d{9,10}(?:\.\d+)?$/;
const UNIQUE_ID = /^[A-Za-z0-9_.-]{1,100}$/;

export type MasterOptions = Readonly<{ source: string; zone: string }>;

/** Tells the layouts apart by the shape of their values: both have eighteen columns or more. */
function layoutOf(fields: readonly string[]): Layout | undefined {
  const fits = ({ start, end, disposition }: Layout) =>
    TIME.test(fields[start] ?? "") && TIME.test(fields[end] ?? "") && DISPOSITIONS.has(fields[disposition] ?? "");
  return [cdrCsv, callerFirst].find(fits);
}

/** Reads a line of Master.csv, in the layout of cdr_csv or of cdr_custom's samples, with or without the newer columns. */
export function readMasterRow(text: string, line: number, { source, zone }: MasterOptions): CdrRow | RowProblem {
  const problem = (column: number, name: string, reason: string): RowProblem => ({ line, column, name, reason });
  const fields = splitLine(text);
  if (!fields) return problem(0, "", "a quote is left open");
  if (fields.length < 16) return problem(0, "", `has ${fields.length} columns, a record has 16 to 21`);
  const at = layoutOf(fields);
  if (!at) return problem(0, "", "start, end and disposition do not stand where a record has them");
  const field = (index: number) => fields[index] ?? "";
  const uniqueId = field(at.uniqueId);
  if (!UNIQUE_ID.test(uniqueId)) return problem(at.uniqueId + 1, "uniqueid", "is missing or no id (loguniqueid=yes)");
  const startedAtMs = readMoment(field(at.start), zone);
  if (typeof startedAtMs === "string") return problem(at.start + 1, "start", startedAtMs);
  const endedAtMs = readMoment(field(at.end), zone);
  if (typeof endedAtMs === "string") return problem(at.end + 1, "end", endedAtMs);
  if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(field(at.talk)))
    return problem(at.talk + 1, "billsec", "is no number of seconds");
  const { linkedId, sequence } = tailOf(fields);
  const disposition = field(at.disposition);
  return {
    line,
    key: sequence === undefined ? keyOf(source, "line", text.trimEnd()) : keyOf(source, "id", uniqueId, sequence),
    callKey: uniqueId,
    secondary: linkedId !== undefined && linkedId !== uniqueId,
    number: null,
    startedAtMs,
    endedAtMs,
    talkMs: disposition === "ANSWERED" ? Math.round(Number(field(at.talk)) * 1000) : 0,
    costMicros: null,
    currency: null,
    endpoint: phoneOfChannel(field(at.channel)) ?? null,
    dialled: field(at.dialled),
    word: wordOf(field(at.userfield), field(at.context)),
    disposition,
  };
}

/** Behind the userfield: nothing, a sequence, or peer account, linked id and sequence. */
function tailOf(fields: readonly string[]): { linkedId: string | undefined; sequence: string | undefined } {
  const tail = fields.slice(18);
  const sequence = tail.at(-1);
  const isSequence = sequence !== undefined && /^\d{1,12}$/.test(sequence);
  const linkedId = tail.length >= 3 ? tail[1] : undefined;
  return { linkedId: linkedId || undefined, sequence: isSequence ? sequence : undefined };
}

const WORD = /^(out|emergency|internal|echo|refuse):/;

/** What our own dialplan noted; without it, what its context says. */
function wordOf(userfield: string, context: string): string {
  return WORD.exec(userfield)?.[1] ?? /^ringfence-(out|emergency|internal|echo)$/.exec(context)?.[1] ?? "";
}

/** Reads a line of our own file of call records, which the workers also follow as it grows. */
export function readSpoolRow(text: string, line: number, { source }: MasterOptions): CdrRow | RowProblem {
  const record = parseCdrLine(text);
  if (!record) return { line, column: 0, name: "", reason: "is no whole record of our file" };
  return {
    line,
    key: keyOf(source, "line", text.trimEnd()),
    callKey: record.uniqueId,
    secondary: record.linkedId !== "" && record.linkedId !== record.uniqueId,
    number: null,
    startedAtMs: record.startedAtMs,
    endedAtMs: record.endedAtMs,
    talkMs: record.talkMs,
    costMicros: null,
    currency: null,
    endpoint: record.endpoint ?? null,
    dialled: record.destination,
    word: record.kind,
    disposition: record.disposition,
  };
}
