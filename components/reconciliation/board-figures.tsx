"use client";

import type { ReactNode } from "react";

import type { ReconciliationBoard } from "@/components/api/outputs";
import { ageText } from "@/components/reconciliation/age-text";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { cx } from "@/components/ui/cx";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ board: ReconciliationBoard }>;

/** Both sides of the comparison in one row: what the database holds open, what the PBX has, and what is left over. */
export function BoardFigures({ board }: Props) {
  const now = useNow(board.now).getTime();
  const [run] = board.runs;
  const live = board.runs.every((one) => one.sawChannels) ? board.runs.reduce((sum, one) => sum + one.live, 0) : null;
  const differences = board.atRisk.reduce((sum, one) => sum + one.count, 0);
  return (
    <dl className="grid grid-cols-2 gap-x-8 gap-y-4 border-y py-4 sm:grid-cols-3 xl:grid-cols-6">
      <Figure label={t("Open calls")} value={board.ringing + board.talking}>
        {t("{talking} talking, {ringing} ringing", { talking: board.talking, ringing: board.ringing })}
      </Figure>
      <Figure label={t("Live channels")} value={live ?? "–"}>
        {live === null ? t("the PBX was not asked") : t("in the PBX, both legs")}
      </Figure>
      <Figure label={t("Holds")} value={board.holds.reduce((sum, one) => sum + one.count, 0)}>
        <Sums empty={t("nothing held")} sums={board.holds} />
      </Figure>
      <Figure bad={board.unsettled > 0} label={t("Overdue ends")} value={board.unsettled}>
        {board.unsettled > 0 ? t("nobody reported their end") : t("every end was reported")}
      </Figure>
      <Figure bad={differences > 0} label={t("Differences")} value={differences}>
        <Sums empty={t("all sources agree")} sums={board.atRisk} />
      </Figure>
      <Figure bad={!run} label={t("Last run")} value={run ? t("{age} ago", { age: ageText(run.at, now) }) : t("never")}>
        {run
          ? t("took {ms} ms, settled {settled}", { ms: run.tookMs, settled: run.settled })
          : t("the workers have not run yet")}
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
