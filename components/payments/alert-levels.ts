import { amountProblem, readAmount } from "@/components/billing/amount-input";
import { t } from "@/server/kernel/words";

/** One row of the form, as it was typed; an empty one is no level. */
export type AlertDraft = Readonly<{ kind: "amount" | "days"; value: string }>;

/** What is wrong with each row, or nothing: amounts fall from row to row, and so do days. */
export function levelProblems(drafts: readonly AlertDraft[]): (string | undefined)[] {
  return drafts.map(({ kind, value }, at) => {
    if (value === "") return undefined;
    if (kind === "days" && !/^([1-9]|[1-5]\d|60)$/.test(value)) return t("A whole number of days, from 1 to 60.");
    const problem = kind === "amount" ? amountProblem(value) : undefined;
    if (problem) return problem;
    const before = drafts.slice(0, at).findLast((one) => one.kind === kind && one.value !== "");
    const falls =
      before === undefined ||
      (kind === "days"
        ? Number(value) < Number(before.value)
        : (readAmount(value) ?? 0n) < (readAmount(before.value) ?? 0n));
    return falls ? undefined : t("Less than the level before.");
  });
}
