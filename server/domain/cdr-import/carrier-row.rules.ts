import { type CdrRow, keyOf, type RowProblem } from "@/server/domain/cdr-import/cdr-row.rules";
import { splitLine } from "@/server/domain/cdr-import/csv-line.rules";
import { type Decimals, readAmount, readDuration, readNumber } from "@/server/domain/cdr-import/figure.rules";
import { type DateOrder, readMoment } from "@/server/domain/cdr-import/moment.rules";

const columns = ["start", "from", "to", "duration", "cost", "currency", "id", "time"] as const;
type Column = (typeof columns)[number];

/** How carriers name their columns, the most telling first; compared without case, blanks and signs. */
const synonyms: Readonly<Record<Column, readonly string[]>> = {
  start:
    "start starttime startdate calldate calldatetime datetime connecttime setuptime answertime timestamp begin date utc".split(
      " ",
    ),
  from: "from src source caller callingnumber callernumber cli ani anumber originatingnumber fromnumber clid".split(
    " ",
  ),
  to: "to dst called callednumber calledparty bnumber dialednumber dialednumbers diallednumber tonumber callee terminatingnumber destinationnumber number dnis destination".split(
    " ",
  ),
  duration:
    "billedseconds billedduration billsec billableseconds billseconds chargedduration chargedseconds billedminutes billedmin durationsec durationseconds durations duration seconds talktime calllength length callduration minutes durationms".split(
      " ",
    ),
  cost: "cost charge price amount totalcost chargedamount callcost totalcharge netamount total cost usd".split(" "),
  currency: "currency curr ccy currencycode".split(" "),
  id: "id callid uniqueid recordid cdrid sipcallid reference calluuid uuid".split(" "),
  time: ["time"],
};

const plain = (heading: string): string => heading.toLowerCase().replace(/[^a-z0-9]/g, "");
/** "Cost (USD)" is the cost, and says its currency. */
const withoutUnit = (heading: string): string => plain(heading.replace(/\(.*?\)|\[.*?\]/g, ""));

export type CarrierLayout = Readonly<{
  delimiter: string;
  decimals: Decimals;
  at: Readonly<Partial<Record<Column, number>>>;
  durationUnit: "seconds" | "minutes" | "milliseconds";
  /** Said by a heading such as "Cost (USD)". */
  currency: string | undefined;
}>;

export type CarrierOptions = Readonly<{
  source: string;
  zone: string;
  dateOrder: DateOrder;
  /** Where no column says it. */
  currency: string;
}>;

const REQUIRED: readonly Column[] = ["start", "to", "duration"];

/**
 * Finds the columns by their headings.
 * @returns in words what is missing, for a file that has no such headings.
 */
export function readHeading(
  text: string,
  delimiter: string,
  decimals: Decimals | "auto",
): CarrierLayout | Readonly<{ missing: string }> {
  const headings = splitLine(text, delimiter) ?? [];
  const at: Partial<Record<Column, number>> = {};
  for (const column of columns) {
    const found = synonyms[column]
      .map((name) => headings.findIndex((heading) => plain(heading) === name || withoutUnit(heading) === name))
      .find((index) => index !== -1 && !Object.values(at).includes(index));
    if (found !== undefined) at[column] = found;
  }
  const missing = REQUIRED.filter((column) => at[column] === undefined);
  if (missing.length > 0) {
    const seen = headings.map((heading) => heading.trim().slice(0, 40)).join(", ");
    return { missing: `The first line names no column for ${missing.join(", ")}; it has: ${seen.slice(0, 300)}.` };
  }
  const duration = (headings[at.duration ?? -1] ?? "").toLowerCase();
  const said = /[([]\s*([A-Za-z]{3})\s*[)\]]/.exec(headings[at.cost ?? -1] ?? "")?.[1]?.toUpperCase();
  return {
    delimiter,
    decimals: decimals === "auto" ? (delimiter === ";" || delimiter === "\t" ? "comma" : "point") : decimals,
    at,
    durationUnit: /\bms\b|milli/.test(duration) ? "milliseconds" : /min/.test(duration) ? "minutes" : "seconds",
    currency: said,
  };
}

/** Reads a line of a carrier's file. A record without an id is the same as another that agrees in every field. */
export function readCarrierRow(
  text: string,
  line: number,
  layout: CarrierLayout,
  options: CarrierOptions,
): CdrRow | RowProblem {
  const { at, decimals, durationUnit } = layout;
  const fields = splitLine(text, layout.delimiter);
  if (!fields) return { line, column: 0, name: "", reason: "a quote is left open" };
  const field = (column: Column) => fields[at[column] ?? -1]?.trim() ?? "";
  const problem = (column: Column, reason: string): RowProblem => ({
    line,
    column: (at[column] ?? -1) + 1,
    name: column,
    reason: `${reason}: ${shown(field(column))}`,
  });
  const start = at.time === undefined ? field("start") : `${field("start")} ${field("time")}`;
  const startedAtMs = readMoment(start, options.zone, options.dateOrder);
  if (typeof startedAtMs === "string") return problem("start", startedAtMs);
  const number = readNumber(field("to"));
  if (number === undefined) return problem("to", "is no number");
  const talkMs = readDuration(field("duration"), durationUnit, decimals);
  if (talkMs === undefined) return problem("duration", "is no duration");
  const costMicros = at.cost === undefined ? 0n : readAmount(field("cost") || "0", decimals);
  if (costMicros === undefined) return problem("cost", "is no amount that is zero or more");
  const currency = (field("currency") || layout.currency || options.currency).toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) return problem("currency", "is no currency");
  const id = field("id");
  const same = [field("from"), number, String(startedAtMs), String(talkMs), String(costMicros)];
  return {
    line,
    key: id ? keyOf(options.source, "id", id) : keyOf(options.source, "row", ...same),
    callKey: null,
    secondary: false,
    number,
    startedAtMs,
    endedAtMs: startedAtMs + talkMs,
    talkMs,
    costMicros,
    currency,
    endpoint: null,
    dialled: number,
    word: "",
    disposition: "",
  };
}

/** A value as it may stand in a list of problems: short, and nothing that a terminal or a sheet would act on. */
const shown = (text: string): string => JSON.stringify(text.slice(0, 40)).replace(/[\u007f-\u009f\u2028\u2029]/g, "?");
