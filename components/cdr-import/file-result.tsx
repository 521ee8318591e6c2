import type { CdrFileRow } from "@/components/api/outputs";
import { differencesOf, isKnownAlready, type Sum } from "@/components/cdr-import/file-words";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { differenceWords } from "@/components/reconciliation/difference-words";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ file: CdrFileRow; result: NonNullable<CdrFileRow["result"]> }>;

/** What came of a file: how much of it is ours, and what differs, by kind, with the money. */
export function FileResult({ file, result }: Props) {
  const sums = differencesOf(result);
  const listed = !result.dryRun && !file.forgottenAt;
  return (
    <>
      {result.dryRun && (
        <Notice title={t("This was a trial.")} tone="info">
          {t("Nothing was kept and no call was settled. Send the file again without the trial to list what differs.")}
        </Notice>
      )}
      {isKnownAlready(result) && (
        <Notice title={t("Another file had all of its records.")} tone="warn">
          {t(
            "Each record counts once, so nothing of this file was compared. To compare it with other settings, take the other file out first.",
          )}
        </Notice>
      )}
      <Section title={t("What differs")}>
        {sums.length === 0 ? (
          <p className="text-ink-2">
            {isKnownAlready(result) ? t("Nothing was compared.") : t("Nothing: the file and our calls say the same.")}
          </p>
        ) : (
          <Facts facts={sums.map((sum) => factOf(sum, listed))} />
        )}
      </Section>
      <Section title={t("Records")}>
        <Facts
          facts={[
            { label: t("Read"), value: recordsText(result.records) },
            { label: t("Calls of ours"), value: <span className="figures">{result.matched}</span> },
            ...(result.repeatedElsewhere > 0
              ? [
                  {
                    label: t("Known already"),
                    value: t("{n, plural, one {# record} other {# records}} of other files", {
                      n: result.repeatedElsewhere,
                    }),
                  },
                ]
              : []),
            ...(result.repeatedHere > 0 ? [{ label: t("Twice in it"), value: recordsText(result.repeatedHere) }] : []),
            ...(result.settled > 0
              ? [
                  {
                    label: t("Settled by it"),
                    value: t("{n, plural, one {# call that was} other {# calls that were}} still open", {
                      n: result.settled,
                    }),
                  },
                ]
              : []),
          ]}
        />
      </Section>
    </>
  );
}

const recordsText = (n: number): string => t("{n, plural, one {# record} other {# records}}", { n });

const factOf = ({ kind, currency, count, micros }: Sum, listed: boolean) => ({
  label: t("{n, plural, one {# difference} other {# differences}}", { n: count }),
  value: listed ? <Listed currency={currency} kind={kind} /> : differenceWords(kind).title,
  end: <AtRisk currency={currency} micros={micros} />,
});

/** Leads to the differences of that kind in the list beside. */
function Listed({ kind, currency }: Pick<Sum, "kind" | "currency">) {
  const { set } = useParamsState();
  return (
    <button
      className="text-start font-medium underline underline-offset-2"
      onClick={() => set({ kind, currency, q: undefined, state: undefined, before: undefined, file: undefined })}
      type="button"
    >
      {differenceWords(kind).title}
    </button>
  );
}
