import type { Answer } from "@/components/extensions/many-extensions";
import { Notice } from "@/components/ui/notice";

const rowsText = (count: number): string => (count === 1 ? "1 row" : `${count} rows`);

/** What is wrong with which row, before anything is made. */
export function ManyProblems({ answer }: Readonly<{ answer: Answer }>) {
  const { problems, problemCount, good, rows, ignored } = answer;
  return (
    <div className="grid gap-3">
      <Notice
        title={
          problemCount === 0
            ? `All ${rowsText(good)} can be made.`
            : `${rowsText(rows - good)} of ${rows} cannot be made.`
        }
        tone={problemCount === 0 ? "ok" : "warn"}
      >
        {problemCount > 0 && "Nothing was made so far."}
        {ignored.length > 0 && ` Not read: ${ignored.slice(0, 8).join(", ")}.`}
      </Notice>
      {problems.length > 0 && (
        <section aria-label="Problems" className="max-h-56 overflow-y-auto rounded-md border">
          <table className="w-full text-left">
            <caption className="sr-only">Rows that cannot be made</caption>
            <thead className="text-xs text-ink-3">
              <tr>
                <th className="px-2 py-1 font-medium" scope="col">
                  Line
                </th>
                <th className="px-2 py-1 font-medium" scope="col">
                  Column
                </th>
                <th className="px-2 py-1 font-medium" scope="col">
                  Why
                </th>
              </tr>
            </thead>
            <tbody>
              {problems.map((problem) => (
                <tr className="border-t" key={`${problem.line}-${problem.column}-${problem.reason}`}>
                  <td className="figures px-2 py-1 align-top">{problem.line}</td>
                  <td className="px-2 py-1 align-top">{problem.column}</td>
                  <td className="px-2 py-1 break-words">
                    {problem.value && <code className="mr-2 text-xs">{problem.value}</code>}
                    {problem.reason}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {problemCount > problems.length && <p className="text-ink-3">And {problemCount - problems.length} more.</p>}
    </div>
  );
}
