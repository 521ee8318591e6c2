import type { ReactNode } from "react";

import type { CallDetail } from "@/components/api/outputs";
import { gateLabel, gateMeasure } from "@/components/calls/gate-words";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

type Gate = CallDetail["trace"][number];

/** Every gate the call went through, in order. The first one that said no stands open, with what mends it. */
export function DecisionTrace({ trace, fix }: Readonly<{ trace: readonly Gate[]; fix?: ReactNode }>) {
  const refusedAt = trace.findIndex((gate) => !gate.ok);
  return (
    <ol className="grid">
      {trace.map((gate, index) => (
        <li
          className={cx(
            "grid gap-1 border-b py-1.5",
            index === refusedAt && "-mx-3 rounded-lg border-0 bg-bad-soft px-3 py-2.5",
          )}
          key={gate.gate}
        >
          <div className="flex items-start gap-2">
            <Icon className={cx("mt-0.5", gate.ok ? "text-ok" : "text-bad")} name={gate.ok ? "check" : "close"} />
            <span className="sr-only">{gate.ok ? t("Passed:") : t("Refused:")}</span>
            <span className={cx("min-w-0 flex-1", gate.ok ? "text-ink-2" : "font-medium text-bad")}>
              {gateLabel(gate.gate)}
            </span>
            {gateMeasure(gate) && (
              <span className={cx("figures text-end", gate.ok ? "text-ink-3" : "text-ink")}>{gateMeasure(gate)}</span>
            )}
          </div>
          {gate.note && <p className={cx("ps-6 text-xs", gate.ok ? "text-ink-3" : "text-ink-2")}>{gate.note}</p>}
          {index === refusedAt && fix && <div className="pt-1 ps-6">{fix}</div>}
        </li>
      ))}
    </ol>
  );
}
