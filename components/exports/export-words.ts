import type { Outputs } from "@/components/api/outputs";
import type { Filter } from "@/components/exports/export-address";
import { leftOut } from "@/server/domain/security-events/security-event-kinds.schema";
import { listText, numberFormat } from "@/server/kernel/locale";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type ExportRow = Outputs["exports"]["list"]["items"][number];

export const formatWords = {
  csv: msg("CSV"),
  csv_safe: msg("CSV for spreadsheets"),
  jsonl: msg("JSON lines"),
  pdf: msg("PDF"),
} as const;

/** What makes people choose one. */
export const formatHints = {
  csv: msg("What is stored, to the letter: for other programs."),
  csv_safe: msg("Opens in a spreadsheet: numbers keep their + and zeros, and no cell runs as a formula."),
  jsonl: msg("One object per line: for other programs."),
  pdf: msg("A call statement for people, at most 10,000 calls."),
} as const;

const words: Readonly<Record<string, Message>> = {
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
};

/** Of tenants and of incidents. */
const viewWords: Readonly<Record<string, Message>> = {
  all: msg("all tenants"),
  runway: msg("with little credit"),
  incidents: msg("with open incidents"),
  inactive: msg("without recent calls"),
  negative: msg("with a negative margin"),
  mine: msg("assigned to whoever asked"),
  unassigned: msg("assigned to nobody"),
  late: msg("over their time"),
  contained: msg("contained, not resolved"),
};

/** A value as people read it; most are what was typed. */
function valueText(key: string, value: unknown): string {
  const text = String(value);
  if (key === "not") return listText(leftOut(text).map((one) => one.value || "–"));
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
    if (key === "scope") return value === "own" ? t("own calls") : t("calls of all below");
    if (key === "extensionId") return t("one extension");
    const view = key === "view" ? viewWords[String(value)] : undefined;
    if (view) return say(view);
    const known = words[key];
    return known ? say(known, { value: valueText(key, value) }) : `${key} ${String(value)}`;
  });
  return parts.length === 0 ? t("Everything") : parts.join(", ");
}

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

/** A size for people: "1.2 MB". */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  if (unit === 0) return t("{size} bytes", { size: String(size) });
  const text = numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(size);
  return `${text} ${UNITS[unit]}`;
}

/** From this size on a packed file is offered as well. */
export const PACKED_FROM_BYTES = 5_000_000;

/** How far a file is, in words. */
export function stateText({ state, task, expiresAt }: ExportRow): string {
  if (state === "ready") return t("Until {day}", { day: expiresAt?.toISOString().slice(0, 10) ?? t("soon") });
  if (state === "expired") return t("Expired");
  if (state === "stopped") return t("Stopped");
  if (state === "failed") return t("Failed");
  if (task.state === "queued") return t("Waiting for a worker");
  return task.total
    ? t("{percent} % written", { percent: Math.min(99, Math.floor((task.done / task.total) * 100)) })
    : t("Writing");
}
