import type { Filter } from "@/components/exports/export-address";
import type { ExportRow } from "@/components/exports/export-words";
import { withinText } from "@/components/words/within";
import { leftOut, securityEventTypes } from "@/server/domain/security-events/security-event-kinds.schema";
import { listText, numberFormat, regionText } from "@/server/kernel/locale";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Words = Readonly<Record<string, Message>>;

const words: Words = {
  from: msg("from {value}"),
  to: msg("to {value}"),
  tenant: msg("of tenant {value}"),
  text: msg("with {value}"),
  outcome: msg("outcome {value}"),
  action: msg("action {value}"),
  actor: msg("by {value}"),
  about: msg("about {value}"),
  severity: msg("severity {value}"),
  month: msg("of {value}"),
  since: msg("since {value}"),
  until: msg("before {value}"),
  not: msg("without {value}"),
  transport: msg("over {value}"),
  direction: msg("direction {value}"),
  country: msg("to numbers of {value}"),
  reason: msg("reason {value}"),
  minCost: msg("cost at least {value}"),
  minSeconds: msg("talked for at least {value, plural, one {# second} other {# seconds}}"),
  type: msg("type {value}"),
  account: msg("user name {value}"),
  address: msg("from address {value}"),
  status: msg("state {value}"),
  unusedDays: msg("unused for {value, plural, one {# day} other {# days}}"),
};

/** Values that are the whole clause. */
const clauses: Readonly<Record<string, Words>> = {
  // Of tenants and of incidents.
  view: {
    all: msg("all tenants"),
    runway: msg("with little credit"),
    incidents: msg("with open incidents"),
    inactive: msg("without recent calls"),
    negative: msg("with a negative margin"),
    mine: msg("assigned to whoever asked"),
    unassigned: msg("assigned to nobody"),
    late: msg("over their time"),
    contained: msg("contained, not resolved"),
  },
  show: { active: msg("what needs somebody"), snoozed: msg("what is put off"), closed: msg("what is over") },
  scope: { own: msg("own calls"), below: msg("calls of all below"), usual: msg("calls of all below") },
};

/** Values that are stored as a word of ours, as their lists show them. */
const values: Readonly<Record<string, Words>> = {
  outcome: {
    answered: msg("Answered"),
    busy: msg("Busy"),
    no_answer: msg("No answer"),
    failed: msg("Failed"),
    blocked: msg("Blocked"),
    cancelled: msg("Cancelled"),
    ringing: msg("Ringing"),
    live: msg("Talking"),
    ok: msg("Done"),
    denied: msg("Denied"),
  },
  severity: { critical: msg("Critical"), high: msg("High"), medium: msg("Medium"), low: msg("Low") },
  direction: { out: msg("Outgoing"), in: msg("Incoming"), internal: msg("Internal") },
  status: {
    registered: msg("Registered"),
    offline: msg("Offline"),
    never: msg("Never connected"),
    suspended: msg("Suspended"),
  },
  type: securityEventTypes,
};

/** What a filter has is typed and pasted, also a name that every object has. */
const of = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const COUNTED: readonly string[] = ["minSeconds", "unusedDays"];

/** A value as people read it; most are what was typed. */
function valueText(key: string, value: unknown): string | number {
  const text = String(value);
  const known = of(of(values, key) ?? {}, text);
  if (known) return withinText(say(known));
  if (COUNTED.includes(key)) return Number(value);
  if (key === "country") return regionText(text);
  if (key === "minCost")
    return numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 6 }).format(Number(text));
  if (key === "not") return listText(leftOut(text).map((one) => `${valueText(one.kind, one.value) || "–"}`));
  const moment = key === "since" || key === "until" ? new Date(text) : undefined;
  return moment && !Number.isNaN(moment.getTime())
    ? `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`
    : text;
}

/** What narrows a file, in words. A seller's calls are its own where nothing is said. */
export function filterText({ what, filter }: Pick<ExportRow, "what" | "filter">, seller: boolean): string {
  const own = seller && what === "calls" && filter["scope"] === undefined && filter["tenant"] === undefined;
  return narrowedText(own ? { scope: "own", ...filter } : filter);
}

/** What narrows a list, in words, as it stands in its filter. */
export function narrowedText(filter: Filter): string {
  const parts = Object.entries(filter).map(([key, value]) => {
    if (key === "extensionId") return t("one extension");
    const clause = of(of(clauses, key) ?? {}, String(value));
    if (clause) return say(clause);
    const known = of(words, key);
    return known ? say(known, { value: valueText(key, value) }) : `${key} ${String(value)}`;
  });
  return parts.length === 0 ? t("Everything") : parts.join(", ");
}
