import type { Outputs } from "@/components/api/outputs";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

export type Answer = Outputs["bulk"]["importFile"];

/** What is wrong with which row, before anything is made. */
export function ManyProblems({ answer }: Readonly<{ answer: Answer }>) {
  const { problems, problemCount, good, rows, ignored } = answer;
  return (
    <div className="grid gap-3">
      <Notice
        title={
          problemCount === 0
            ? t("All {rows, plural, one {# row} other {# rows}} can be made.", { rows: good })
            : t("{bad, plural, one {# row} other {# rows}} of {all} cannot be made.", { bad: rows - good, all: rows })
        }
        tone={problemCount === 0 ? "ok" : "warn"}
      >
        {problemCount > 0 && t("Nothing was made so far.")}
        {ignored.length > 0 && ` ${t("Not read: {columns}.", { columns: ignored.slice(0, 8).join(", ") })}`}
      </Notice>
      {problems.length > 0 && (
        <section aria-label={t("Problems")} className="max-h-56 overflow-y-auto rounded-md border">
          <table className="w-full text-start">
            <caption className="sr-only">{t("Rows that cannot be made")}</caption>
            <thead className="text-xs text-ink-3">
              <tr>
                <th className="px-2 py-1 font-medium" scope="col">
                  {t("Line")}
                </th>
                <th className="px-2 py-1 font-medium" scope="col">
                  {t("Column")}
                </th>
                <th className="px-2 py-1 font-medium" scope="col">
                  {t("Why")}
                </th>
              </tr>
            </thead>
            <tbody>
              {problems.map((problem) => (
                <tr className="border-t" key={`${problem.line}-${problem.column}-${problem.reason}`}>
                  <td className="figures px-2 py-1 align-top">{problem.line}</td>
                  <td className="px-2 py-1 align-top">{problem.column}</td>
                  <td className="px-2 py-1 break-words">
                    {problem.value && <code className="me-2 text-xs">{problem.value}</code>}
                    {problem.reason}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {problemCount > problems.length && (
        <p className="text-ink-3">{t("And {more} more.", { more: problemCount - problems.length })}</p>
      )}
    </div>
  );
}
