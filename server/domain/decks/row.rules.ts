import {
  type Read,
  readAmount,
  readIncrements,
  readMoment,
  readPrefixes,
  readSeconds,
  readStatus,
} from "@/server/domain/decks/cells.rules";
import type { DeckField } from "@/server/domain/decks/deck-kinds.schema";
import type { DeckLayout } from "@/server/domain/decks/sniff.rules";
import { readHours } from "@/server/domain/decks/week.rules";

/** One price of one prefix as the file has it: texts for the database, empty where there is nothing. */
export type StagedRow = Readonly<{
  line: number;
  status: "set" | "delete";
  direction: "out" | "in";
  prefix: string;
  destination: string;
  perMinute: bigint;
  connectionFee: bigint;
  firstSeconds: number;
  nextSeconds: number;
  graceSeconds: number;
  freeSeconds: number;
  minimumCharge: bigint;
  maxCharge: bigint | null;
  beyond: "cut" | "free";
  stepFrom: string;
  stepPerMinute: string;
  stepIncrement: string;
  hours: string;
  starts: string;
  ends: string;
}>;

/** What is wrong, or worth a look, in one cell. */
export type RowProblem = Readonly<{
  severity: "error" | "warning";
  line: number;
  column: string;
  reason: string;
  value: string;
}>;

export type RowReading = Readonly<{ rows: readonly StagedRow[]; problems: readonly RowProblem[] }>;

/** A price per minute is at most a thousand units of the currency. */
const MOST_PRICE = 1_000_000_000n;
const MOST_CHARGE = 1_000_000_000_000n;
const MOST_NAME = 120;

/** Some mean by it that shorter calls cost nothing, some that the first seconds of every call do: a person is asked once. */
const UNCLEAR_GRACE = /^\s*grace[\s_-]*(time|period)?\s*$/i;
const GRACE_MEANING =
  "Read as: calls no longer than this cost nothing. If the first seconds of every call are free, name the column free_seconds.";

export type Plan = Readonly<{ currency: string; symbol: string }>;

/** Reads the rows of a file one by one, as its layout says. */
export function rowReader(layout: DeckLayout, plan: Plan): (cells: readonly string[], line: number) => RowReading {
  const at = new Map<DeckField, number>();
  layout.columns.forEach((field, column) => {
    if (field) at.set(field, column);
  });
  let graceAsked = !UNCLEAR_GRACE.test(layout.names[at.get("grace_seconds") ?? -1] ?? "");
  return (cells, line) => {
    const look = new RowLook(layout, plan, at, cells, line);
    const row = rowOf(look);
    const prefixes = prefixesOf(look);
    if (!graceAsked && row.graceSeconds > 0) {
      graceAsked = true;
      look.note("warning", "grace_seconds", GRACE_MEANING);
    }
    const failed = look.problems.some(({ severity }) => severity === "error");
    return { rows: failed ? [] : prefixes.map((prefix) => ({ ...row, prefix })), problems: look.problems };
  };
}

/** One row while it is read: its cells by field, and what was found wrong with them. */
class RowLook {
  readonly problems: RowProblem[] = [];
  constructor(
    readonly layout: DeckLayout,
    readonly plan: Plan,
    private readonly at: ReadonlyMap<DeckField, number>,
    private readonly cells: readonly string[],
    readonly line: number,
  ) {}

  has = (field: DeckField): boolean => this.at.has(field);

  cell(field: DeckField): string {
    const column = this.at.get(field);
    return column === undefined ? "" : (this.cells[column] ?? "").trim();
  }

  note(severity: RowProblem["severity"], field: DeckField, reason: string): void {
    const column = this.layout.names[this.at.get(field) ?? -1] || field;
    this.problems.push({ severity, line: this.line, column, reason, value: this.cell(field).slice(0, 120) });
  }

  /** The value of a cell, or its fallback when it is empty or wrong; the latter is noted. */
  read<T>(field: DeckField, fallback: T, how: (text: string) => Read<T>): T {
    const text = this.cell(field);
    if (text === "") return fallback;
    const { value, problem } = how(text);
    if (problem !== undefined) this.note("error", field, problem);
    return value ?? fallback;
  }

  amount(field: DeckField, most: bigint): bigint {
    const { decimal } = this.layout;
    return this.read(field, 0n, (text) => bounded(readAmount(text, decimal, this.plan.symbol), most));
  }
}

function prefixesOf(look: RowLook): readonly string[] {
  const own = look.has("prefix");
  const { value, problem } = readPrefixes(
    look.cell("prefix") || look.cell("area_code"),
    own ? "" : look.cell("country_code"),
  );
  if (problem !== undefined)
    look.note("error", own ? "prefix" : look.cell("area_code") ? "area_code" : "country_code", problem);
  return value ?? [];
}

function rowOf(look: RowLook): Omit<StagedRow, "prefix"> {
  const { layout, plan } = look;
  const status = look.read("status", "set" as const, readStatus);
  look.read("reject_calls", false, readReject);
  const currency = look.cell("currency").toUpperCase();
  if (currency !== "" && currency !== plan.currency)
    look.note("error", "currency", `The plan's prices are in ${plan.currency}.`);
  const [firstSeconds, nextSeconds] = incrementsOf(look);
  return {
    line: look.line,
    status,
    direction: look.read("direction", "out" as const, readDirection),
    destination: destinationOf(look),
    perMinute: status === "set" ? priceOf(look) : 0n,
    connectionFee: look.amount("connection_fee", MOST_PRICE),
    firstSeconds,
    nextSeconds,
    graceSeconds: look.read("grace_seconds", 0, (text) => readSeconds(text, 0, 3_600)),
    freeSeconds: look.read("free_seconds", 0, (text) => readSeconds(text, 0, 86_400)),
    ...chargesOf(look),
    beyond: look.read("beyond", "cut" as const, readBeyond),
    ...stepsOf(look, layout, plan),
    hours: look.read("hours", "", readHours),
    starts: look.read("effective_from", "", (text) => readMoment(text, layout.dates)),
    ends: look.read("effective_to", "", (text) => readMoment(text, layout.dates)),
  };
}

function destinationOf(look: RowLook): string {
  const name = look.cell("destination").replace(/\p{Cc}+/gu, " ");
  if (name.length > MOST_NAME)
    look.note("warning", "destination", `Longer than ${MOST_NAME} characters; the rest is left out.`);
  return Array.from(name).slice(0, MOST_NAME).join("").trim();
}

function chargesOf(look: RowLook): Pick<StagedRow, "minimumCharge" | "maxCharge"> {
  const minimumCharge = look.amount("minimum_charge", MOST_PRICE);
  if (look.cell("max_charge") === "") return { minimumCharge, maxCharge: null };
  const maxCharge = look.amount("max_charge", MOST_CHARGE);
  if (maxCharge === 0n || maxCharge < minimumCharge) {
    look.note("error", "max_charge", "The maximum charge is more than nothing, and not below the minimum charge.");
  }
  return { minimumCharge, maxCharge };
}

function priceOf(look: RowLook): bigint {
  if (look.cell("rate") === "") {
    look.note("error", "rate", "The price is missing.");
    return 0n;
  }
  const before = look.problems.length;
  const price = look.amount("rate", MOST_PRICE);
  if (look.problems.length > before) return price;
  if (price === 0n) look.note("warning", "rate", "Calls to this prefix would be free.");
  if (price === MOST_PRICE) look.note("warning", "rate", "This is the highest price there is.");
  return price;
}

function incrementsOf(look: RowLook): readonly [number, number] {
  const { firstSeconds, nextSeconds } = look.layout;
  const first = look.read("initial_increment", [firstSeconds, nextSeconds] as const, readIncrements);
  const next = look.read("increment", [firstSeconds, nextSeconds] as const, readIncrements);
  if (look.cell("initial_increment") === "") return next;
  if (look.cell("initial_increment").includes("/")) return first;
  return [first[0], look.cell("increment") === "" ? first[0] : next[1]];
}

const bounded = (read: Read<bigint>, most: bigint): Read<bigint> =>
  read.value !== undefined && read.value > most
    ? { problem: `At most ${most / 1_000_000n} is possible. Is the decimal sign right?` }
    : read;

function readDirection(text: string): Read<"out" | "in"> {
  const word = text.toLowerCase();
  if (/^(out|outbound|outgoing|termination)$/.test(word)) return { value: "out" };
  if (/^(in|inbound|incoming|origination)$/.test(word)) return { value: "in" };
  return { problem: "Out or in is wanted." };
}

/** A carrier that refuses the calls sells none: such a row is not sold as if it did. */
function readReject(text: string): Read<false> {
  const word = text.toLowerCase();
  if (/^(no|n|false|0)$/.test(word)) return { value: false };
  return {
    problem: /^(yes|y|true|1|reject|rejected)$/.test(word)
      ? "The carrier refuses these calls, and a price cannot: close the destination for the tenants, and leave this row out."
      : "Yes or no is wanted.",
  };
}

function readBeyond(text: string): Read<"cut" | "free"> {
  const word = text.toLowerCase();
  return word === "cut" || word === "free" ? { value: word } : { problem: "Cut or free is wanted." };
}

const NO_STEPS = { stepFrom: "", stepPerMinute: "", stepIncrement: "" };

/** Steps such as 60:0.05:1; 600:0.04:60 — from second 60 on 0.05 a minute, second by second. */
function stepsOf(look: RowLook, layout: DeckLayout, plan: Plan): typeof NO_STEPS {
  const steps = look.read("steps", NO_STEPS, (text) => readSteps(text, layout, plan));
  const prices = steps.stepPerMinute === "" ? [] : steps.stepPerMinute.slice(1, -1).split(",").map(BigInt);
  if (prices.includes(0n))
    look.note("warning", "steps", "From one of its steps on, calls to this prefix would be free.");
  if (prices.includes(MOST_PRICE)) look.note("warning", "steps", "One of its steps has the highest price there is.");
  return steps;
}

function readSteps(text: string, layout: DeckLayout, plan: Plan): Read<typeof NO_STEPS> {
  const problem = "Steps are written as second:price:increment, such as 60:0.05:1, with rising seconds, at most ten.";
  const [from, price, increment]: [number[], bigint[], number[]] = [[], [], []];
  for (const part of text.split(";")) {
    const [second = "", perMinute = "", seconds = "", ...rest] = part.trim().split(":");
    const read = [readSeconds(second, 1, 86_400), readSeconds(seconds, 1, 3_600)] as const;
    const cost = bounded(readAmount(perMinute, layout.decimal, plan.symbol), MOST_PRICE);
    if (rest.length > 0 || read[0].value === undefined || read[1].value === undefined) return { problem };
    if (cost.value === undefined) return { problem: cost.problem };
    if (from.length >= 10 || read[0].value <= (from.at(-1) ?? 0)) return { problem };
    from.push(read[0].value);
    price.push(cost.value);
    increment.push(read[1].value);
  }
  const list = (values: readonly (number | bigint)[]): string => `{${values.join(",")}}`;
  return { value: { stepFrom: list(from), stepPerMinute: list(price), stepIncrement: list(increment) } };
}
