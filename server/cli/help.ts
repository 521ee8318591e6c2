import { commonOptions } from "./arguments";
import type { Command } from "./command";
import { commandNames, summaries } from "./registry";

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
};

/** All commands, a line each. */
export const overview = (): string =>
  [
    "ringfence <command> [options]",
    "",
    columns(commandNames.map((name) => [name, summaries[name] ?? ""])),
    "",
    "Every command takes --json (one JSON value on standard output) and --help.",
    "It works on the start that is running in DATA_DIR (.data), or on DATABASE_URL with AUTH_SECRET.",
  ].join("\n");

/** One command with its options. */
export function helpOf(name: string, { summary, words = [], options }: Omit<Command, "run">): string {
  const rows = Object.entries({ ...options, ...commonOptions }).map(
    ([option, { value, about, required, fallback }]) => {
      const left = `--${option}${value === undefined ? "" : ` <${value}>`}`;
      const note = required ? " (required)" : fallback === undefined ? "" : ` (${fallback} when left out)`;
      return [left, `${about}${note}`] as const;
    },
  );
  const usage = ["ringfence", name, ...words.map((word) => `<${word}>`), "[options]"].join(" ");
  return [usage, "", `  ${summary}`, "", columns(rows)].join("\n");
}
