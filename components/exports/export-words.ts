import type { Outputs } from "@/components/api/outputs";
import { numberFormat } from "@/server/kernel/locale";
import { msg, t } from "@/server/kernel/words";

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
