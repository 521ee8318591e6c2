import { moneyText } from "@/components/billing/money-text";
import { MoveEffect } from "@/components/billing/move-effect";
import { useScope } from "@/components/shell/scope";
import { type ImportAnswer, problemsCsv } from "@/components/tenants/import-words";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { saveText } from "@/components/ui/save-text";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** What would be made, what is wrong with which row, and what it does to one's own wallet. */
export function ImportFindings({ answer }: Readonly<{ answer: ImportAnswer }>) {
  const { tenant } = useScope();
  const { money, good, lines, problemCount, madeBefore } = answer;
  const short = money.afterMicros !== null && money.afterMicros < 0n && money.creditMicros > 0n;
  const ignored = answer.columns.filter(({ field }) => field === null).map(({ column }) => column);
  return (
    <div className="grid gap-4">
      <Notice
        title={t("{good} of {lines} rows can be made.", { good, lines })}
        tone={problemCount === 0 && good > 0 ? "ok" : "warn"}
      >
        {[
          problemCount > 0 && t("Nothing was made so far. The others can be made without those below."),
          madeBefore > 0 && t("Made by an earlier file, and left alone: {count}.", { count: madeBefore }),
          ignored.length > 0 && t("Not read: {columns}.", { columns: ignored.slice(0, 8).join(", ") }),
        ]
          .filter((sentence) => sentence !== false)
          .join(" ")}
      </Notice>
      {money.creditMicros > 0n && (
        <Section title={t("What it does to the money")}>
          {money.beforeMicros !== null && money.afterMicros !== null ? (
            <MoveEffect
              currency={money.currency}
              rows={[{ name: tenant.name, before: money.beforeMicros, after: money.afterMicros }]}
            />
          ) : (
            <p>
              {t("{sum} of credit; no wallet gets smaller.", { sum: moneyText(money.creditMicros, money.currency) })}
            </p>
          )}
          {short && (
            <p className="text-bad">{t("Your own credit is not enough for all of it: top up first, or give less.")}</p>
          )}
        </Section>
      )}
      {answer.problems.length > 0 && <Problems answer={answer} />}
    </div>
  );
}

function Problems({ answer }: Readonly<{ answer: ImportAnswer }>) {
  const { problems, problemCount } = answer;
  return (
    <Section
      aside={
        <Button look="quiet" onClick={() => saveText("problems.csv", problemsCsv(problems))}>
          {t("Save as CSV")}
        </Button>
      }
      title={t("Rows that cannot be made")}
    >
      <div className="max-h-56 overflow-y-auto rounded-md border">
        <table className="w-full text-start">
          <caption className="sr-only">{t("Rows that cannot be made")}</caption>
          <thead className="text-xs text-ink-3">
            <tr>
              {[t("file|Line"), t("Column"), t("Why")].map((name) => (
                <th className="px-2 py-1 text-start font-medium" key={name} scope="col">
                  {name}
                </th>
              ))}
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
      </div>
      {problemCount > problems.length && (
        <p className="text-ink-3">
          {t("{count, plural, one {And # more.} other {And # more.}}", { count: problemCount - problems.length })}
        </p>
      )}
    </Section>
  );
}
