import type { Outputs } from "@/components/api/outputs";
import { csvForPeople } from "@/server/kernel/csv";

export type ImportAnswer = Outputs["tenantImports"]["importFile"];

/** What is wrong with a file, as a file. */
export const problemsCsv = (problems: ImportAnswer["problems"]): string =>
  csvForPeople([
    ["line", "column", "value", "problem"],
    ...problems.map(({ line, column, value, reason }) => [String(line), column, value, reason]),
  ]);

/** What became of each line, as a file. */
export const outcomeCsv = ({ lines }: Outputs["tenantImports"]["result"]): string =>
  csvForPeople([
    ["line", "key", "short name", "state", "problem"],
    ...lines.map(({ line, key, slug, state, problem }) => [String(line), key, slug, state, problem ?? ""]),
  ]);
