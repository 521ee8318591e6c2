"use client";

import type { ReconciliationBoard } from "@/components/api/outputs";
import { ageText, sizeText } from "@/components/reconciliation/age-text";
import { type Health, sourcesOf } from "@/components/reconciliation/source-health";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { Notice } from "@/components/ui/notice";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

const looks: Readonly<Record<Health, { ink: string; icon: "check" | "alert" | "more" }>> = {
  well: { ink: "text-ok", icon: "check" },
  ill: { ink: "text-bad", icon: "alert" },
  off: { ink: "text-ink-3", icon: "more" },
};

/** Where the evidence comes from, and whether each source can be believed at this moment. */
export function Sources({ board }: Readonly<{ board: ReconciliationBoard }>) {
  const now = useNow(board.now).getTime();
  if (board.runs.length === 0) {
    return (
      <Notice title={t("The workers have not reported yet.")} tone="warn">
        {t("Differences below come from the books alone. Start the workers to compare them with live channels.")}
      </Notice>
    );
  }
  return board.runs.map((run) => (
    <table className="w-full border-collapse text-start" key={run.pbx}>
      <caption className="sr-only">{t("Sources of {pbx}", { pbx: run.pbx })}</caption>
      <tbody>
        {sourcesOf(run, now, { ageText, sizeText }).map(({ name, health, state, detail }) => (
          <tr className="border-b align-top" key={name}>
            <th className="w-40 py-1.5 pe-3 font-medium whitespace-nowrap" scope="row">
              {name}
            </th>
            <td className={cx("w-px py-1.5 pe-5 whitespace-nowrap", looks[health].ink)}>
              <span className="inline-flex items-center gap-1.5">
                <Icon name={looks[health].icon} />
                {state}
              </span>
            </td>
            <td className="py-1.5 text-ink-2 max-sm:hidden" suppressHydrationWarning>
              {detail}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  ));
}
