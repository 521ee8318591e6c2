import type { Outputs } from "@/components/api/outputs";

export type ExportRow = Outputs["exports"]["list"]["items"][number];

export const formatWords = {
  csv: "CSV",
  csv_safe: "CSV for spreadsheets",
  jsonl: "JSON lines",
  pdf: "PDF",
} as const;

/** What makes people choose one. */
export const formatHints = {
  csv: "What is stored, to the letter: for other programs.",
  csv_safe: "Opens in a spreadsheet: numbers keep their + and zeros, and no cell runs as a formula.",
  jsonl: "One object per line: for other programs.",
  pdf: "A call statement for people, at most 10,000 calls.",
} as const;

const words: Readonly<Record<string, string>> = {
  from: "from",
  to: "to",
  text: "with",
  outcome: "outcome",
  extensionId: "extension",
  action: "action",
  actor: "by",
  about: "about",
  severity: "severity",
};

/** What narrows a file, in words. */
export function filterText(filter: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(filter).map(([key, value]) =>
    key === "extensionId" ? "one extension" : `${words[key] ?? key} ${String(value)}`,
  );
  return parts.length === 0 ? "Everything" : parts.join(", ");
}

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

/** A size for people: "1.2 MB". */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}

/** From this size on a packed file is offered as well. */
export const PACKED_FROM_BYTES = 5_000_000;

/** How far a file is, in words. */
export function stateText({ state, task, expiresAt }: ExportRow): string {
  if (state === "ready") return `Until ${expiresAt?.toISOString().slice(0, 10) ?? "soon"}`;
  if (state === "expired") return "Expired";
  if (state === "stopped") return "Stopped";
  if (state === "failed") return "Failed";
  if (task.state === "queued") return "Waiting for a worker";
  return task.total ? `${Math.min(99, Math.floor((task.done / task.total) * 100))} % written` : "Writing";
}
