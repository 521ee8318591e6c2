import type { CdrFileRow } from "@/components/api/outputs";
import { differencesOf, isKnownAlready, type Sum } from "@/components/cdr-import/file-words";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { differenceWords } from "@/components/reconciliation/difference-words";
import { countText } from "@/components/ui/count-text";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";

type Props = Readonly<{ file: CdrFileRow; result: NonNullable<CdrFileRow["result"]> }>;

/** What came of a file: how much of it is ours, and what differs, by kind, with the money. */
export function FileResult({ file, result }: Props) {
  const sums = differencesOf(result);
  const listed = !result.dryRun && !file.forgottenAt;
  return (
    <>
      {result.dryRun && (
        <Notice title="This was a trial." tone="info">
          Nothing was kept and no call was settled. Send the file again without the trial to list what differs.
        </Notice>
      )}
      {isKnownAlready(result) && (
        <Notice title="Another file had all of its records." tone="warn">
          Each record counts once, so nothing of this file was compared. To compare it with other settings, take the
          other file out first.
        </Notice>
      )}
      <Section title="What differs">
        {sums.length === 0 ? (
          <p className="text-ink-2">
            {isKnownAlready(result) ? "Nothing was compared." : "Nothing: the file and our calls say the same."}
          </p>
        ) : (
          <Facts facts={sums.map((sum) => factOf(sum, listed))} />
        )}
      </Section>
      <Section title="Records">
        <Facts
          facts={[
            { label: "Read", value: countText(result.records, "records") },
            { label: "Calls of ours", value: <span className="figures">{result.matched}</span> },
            ...(result.repeatedElsewhere > 0
              ? [{ label: "Known already", value: `${countText(result.repeatedElsewhere, "records")} of other files` }]
              : []),
            ...(result.repeatedHere > 0
              ? [{ label: "Twice in it", value: countText(result.repeatedHere, "records") }]
              : []),
            ...(result.settled > 0
              ? [{ label: "Settled by it", value: `${countText(result.settled, "calls")} that were still open` }]
              : []),
          ]}
        />
      </Section>
    </>
  );
}

const factOf = ({ kind, currency, count, micros }: Sum, listed: boolean) => ({
  label: countText(count, "differences"),
  value: listed ? <Listed currency={currency} kind={kind} /> : differenceWords(kind).title,
  end: <AtRisk currency={currency} micros={micros} />,
});

/** Leads to the differences of that kind in the list beside. */
function Listed({ kind, currency }: Pick<Sum, "kind" | "currency">) {
  const { set } = useParamsState();
  return (
    <button
      className="text-left font-medium underline underline-offset-2"
      onClick={() => set({ kind, currency, q: undefined, state: undefined, before: undefined, file: undefined })}
      type="button"
    >
      {differenceWords(kind).title}
    </button>
  );
}
