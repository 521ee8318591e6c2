"use client";

import type { ReactNode } from "react";

import type { ReconciliationBoard } from "@/components/api/outputs";
import { ageText } from "@/components/reconciliation/age-text";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { cx } from "@/components/ui/cx";
import { useNow } from "@/components/ui/use-now";

type Props = Readonly<{ board: ReconciliationBoard }>;

/** Both sides of the comparison in one row: what the database holds open, what the PBX has, and what is left over. */
export function BoardFigures({ board }: Props) {
  const now = useNow(board.now).getTime();
  const [run] = board.runs;
  const live = board.runs.every((one) => one.sawChannels) ? board.runs.reduce((sum, one) => sum + one.live, 0) : null;
  const differences = board.atRisk.reduce((sum, one) => sum + one.count, 0);
  return (
    <dl className="grid grid-cols-2 gap-x-8 gap-y-4 border-y py-4 sm:grid-cols-3 xl:grid-cols-6">
      <Figure label="Open calls" value={board.ringing + board.talking}>
        {board.talking} talking, {board.ringing} ringing
      </Figure>
      <Figure label="Live channels" value={live ?? "–"}>
        {live === null ? "the PBX was not asked" : "in the PBX, both legs"}
      </Figure>
      <Figure label="Holds" value={board.holds.reduce((sum, one) => sum + one.count, 0)}>
        <Sums empty="nothing held" sums={board.holds} />
      </Figure>
      <Figure bad={board.unsettled > 0} label="Overdue ends" value={board.unsettled}>
        {board.unsettled > 0 ? "nobody reported their end" : "every end was reported"}
      </Figure>
      <Figure bad={differences > 0} label="Differences" value={differences}>
        <Sums empty="all sources agree" sums={board.atRisk} />
      </Figure>
      <Figure bad={!run} label="Last run" value={run ? `${ageText(run.at, now)} ago` : "never"}>
        {run ? `took ${run.tookMs} ms, settled ${run.settled}` : "the workers have not run yet"}
      </Figure>
    </dl>
  );
}

type FigureProps = Readonly<{ label: string; value: ReactNode; children: ReactNode; bad?: boolean }>;

function Figure({ label, value, children, bad }: FigureProps) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-xs text-ink-3">{label}</dt>
      <dd className={cx("figures text-xl font-semibold", bad && "text-bad")} suppressHydrationWarning>
        {value}
      </dd>
      <dd className="text-xs text-ink-2">{children}</dd>
    </div>
  );
}

function Sums({ sums, empty }: Readonly<{ sums: ReconciliationBoard["atRisk"]; empty: string }>) {
  if (sums.length === 0) return empty;
  return (
    <ul className="grid">
      {sums.map(({ currency, micros }) => (
        <li key={currency}>
          <AtRisk currency={currency} micros={micros} />
        </li>
      ))}
    </ul>
  );
}
