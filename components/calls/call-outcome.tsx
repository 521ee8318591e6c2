import { directionIcon, outcomeWords, reasonClause } from "@/components/calls/outcome-words";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";

type Props = Readonly<{
  outcome: string;
  direction: string;
  kind: string;
  reason?: string | null;
  reasonSentence?: string | null;
  /** In a table the reason stays on one line; the panel has it in full. */
  clipped?: boolean;
}>;

const tones = { ok: "text-ok", plain: "text-ink", warn: "text-warn", bad: "text-bad", info: "text-info" };

/** Direction as an arrow, outcome as a word, and after the dot the reason: the answer stands in the row. */
export function CallOutcome({ outcome, direction, kind, reason, reasonSentence, clipped }: Props) {
  const { word, tone } = outcomeWords(outcome);
  const quiet = outcome === "answered" && clipped;
  const way = directionIcon(direction, kind);
  const why = outcome !== "answered" || reason === "BAL-02" ? reasonSentence : null;
  return (
    <span className={cx("flex min-w-0 items-center gap-1.5", clipped && "max-w-[26rem]")} title={reason ?? undefined}>
      <Icon className={quiet ? "text-ink-3" : tones[tone]} name={way.icon} />
      <span className="sr-only">{`${way.word}: `}</span>
      <span className={cx("whitespace-nowrap", quiet ? "text-ink-2" : `font-medium ${tones[tone]}`)}>{word}</span>
      {why && <span className={cx("min-w-0 text-ink-2", clipped && "truncate")}>· {reasonClause(why)}</span>}
    </span>
  );
}
