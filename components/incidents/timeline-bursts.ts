import type { IncidentDetail } from "@/components/api/outputs";

type Line = IncidentDetail["timeline"]["lines"][number];
export type Burst = Readonly<{ first: Line; more: readonly Line[] }>;

const LEAST = 4;
const APART_MS = 300_000;

/** Whether a line says the same as the one before it, soon after: what somebody wrote never does. */
const isSame = (line: Line, before: Line): boolean =>
  line.kind === before.kind &&
  line.actor === before.actor &&
  line.body === "" &&
  before.body === "" &&
  line.at.getTime() - before.at.getTime() <= APART_MS;

/** The lines with what repeats put behind the first of it, from four on: fewer are shorter to read than to open. */
export function burstsOf(lines: readonly Line[]): readonly Burst[] {
  const runs: Line[][] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && isSame(line, before)) run.push(line);
    else runs.push([line]);
  }
  return runs.flatMap((run) => {
    const [first, ...more] = run;
    if (first && run.length >= LEAST) return [{ first, more }];
    return run.map((line) => ({ first: line, more: [] }));
  });
}
