import type { CdrFileRow } from "@/components/api/outputs";
import { t } from "@/server/kernel/words";

export const formatChoices = () =>
  [
    { value: "master", label: t("The PBX's Master.csv") },
    { value: "spool", label: t("The PBX's own file of ours") },
    { value: "carrier", label: t("A carrier's records or bill") },
  ] as const;

/** How far a file is, in a word or two. */
export function stateText({ task, forgottenAt, result }: Pick<CdrFileRow, "task" | "forgottenAt" | "result">): string {
  if (!task) return t("not complete");
  if (task.state === "failed" || task.state === "cancelled")
    return task.state === "failed" ? t("failed") : t("stopped");
  if (task.state !== "done") return t("being read");
  if (result?.dryRun) return t("trial, nothing kept");
  return forgottenAt ? t("taken out again") : t("compared");
}

/** Whether another file had all of its records, so that nothing of this one was compared. */
export const isKnownAlready = ({ records, repeatedElsewhere }: NonNullable<CdrFileRow["result"]>): boolean =>
  records === 0 && repeatedElsewhere > 0;

/** What came of it, in one line. */
export function outcomeText({ result, problems }: Pick<CdrFileRow, "result" | "problems">): string {
  if (!result)
    return problems > 0 ? t("{n, plural, one {# line} other {# lines}} not understood", { n: problems }) : "";
  if (isKnownAlready(result))
    return t("{n, plural, one {# record} other {# records}}, all known from another file", {
      n: result.repeatedElsewhere,
    });
  const count = differencesOf(result).reduce((sum, one) => sum + one.count, 0);
  return [
    t("{n, plural, one {# record} other {# records}}", { n: result.records }),
    count === 0 ? t("nothing differs") : t("{n, plural, one {# difference} other {# differences}}", { n: count }),
    ...(result.problems > 0
      ? [t("{n, plural, one {# line} other {# lines}} not understood", { n: result.problems })]
      : []),
  ].join(", ");
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
