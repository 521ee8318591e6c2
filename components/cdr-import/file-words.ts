import type { CdrFileRow } from "@/components/api/outputs";
import { countText } from "@/components/ui/count-text";

export const formatChoices = [
  { value: "master", label: "The PBX's Master.csv" },
  { value: "spool", label: "The PBX's own file of ours" },
  { value: "carrier", label: "A carrier's records or bill" },
] as const;

/** How far a file is, in a word or two. */
export function stateText({ task, forgottenAt, result }: Pick<CdrFileRow, "task" | "forgottenAt" | "result">): string {
  if (!task) return "not complete";
  if (task.state === "failed" || task.state === "cancelled") return task.state === "failed" ? "failed" : "stopped";
  if (task.state !== "done") return "being read";
  if (result?.dryRun) return "trial, nothing kept";
  return forgottenAt ? "taken out again" : "compared";
}

/** Whether another file had all of its records, so that nothing of this one was compared. */
export const isKnownAlready = ({ records, repeatedElsewhere }: NonNullable<CdrFileRow["result"]>): boolean =>
  records === 0 && repeatedElsewhere > 0;

/** What came of it, in one line. */
export function outcomeText({ result, problems }: Pick<CdrFileRow, "result" | "problems">): string {
  if (!result) return problems > 0 ? `${countText(problems, "lines")} not understood` : "";
  if (isKnownAlready(result)) return `${countText(result.repeatedElsewhere, "records")}, all known from another file`;
  const count = differencesOf(result).reduce((sum, one) => sum + one.count, 0);
  const left = result.problems > 0 ? `, ${countText(result.problems, "lines")} not understood` : "";
  return `${countText(result.records, "records")}, ${count === 0 ? "nothing differs" : countText(count, "differences")}${left}`;
}

export type Sum = Readonly<{ kind: string; currency: string; count: number; micros: bigint }>;

/** What differs, by kind and currency, the most money first. */
export const differencesOf = ({ found }: Pick<NonNullable<CdrFileRow["result"]>, "found">): readonly Sum[] =>
  Object.entries(found)
    .flatMap(([kind, ofKind]) =>
      Object.entries(ofKind).map(([currency, { count, micros }]) => ({
        kind,
        currency,
        count,
        micros: BigInt(micros),
      })),
    )
    .sort((a, b) => (a.micros > b.micros ? -1 : a.micros < b.micros ? 1 : b.count - a.count));
