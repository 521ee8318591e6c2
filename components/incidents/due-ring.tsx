"use client";

import type { IncidentRow } from "@/components/api/outputs";
import { agoText } from "@/components/calls/duration-text";
import { dueNow } from "@/components/incidents/due-now";
import { cx } from "@/components/ui/cx";
import { useNow } from "@/components/ui/use-now";
import { type Message, msg, say, t } from "@/server/kernel/words";

const inks = { ok: "text-ink-2", warn: "text-warn", bad: "font-medium text-bad" } as const;
const whats: Readonly<Record<NonNullable<IncidentRow["due"]>["what"], Message>> = {
  acknowledge: msg("To be taken"),
  contain: msg("To be contained"),
};
const ROUND = 2 * Math.PI * 6;

type Props = Readonly<{ due: NonNullable<IncidentRow["due"]>; serverNow?: Date | undefined }>;

/** The clock that runs, as a ring that fills: amber from three quarters on, red when it is over. In words beside it. */
export function DueRing({ due, serverNow }: Props) {
  const { share, ink, leftMs } = dueNow(due, useNow(serverNow));
  const time = agoText(Math.abs(leftMs));
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", inks[ink])} title={say(whats[due.what])}>
      <svg aria-hidden="true" className="size-4 -rotate-90" viewBox="0 0 16 16">
        <circle className="opacity-25" cx="8" cy="8" fill="none" r="6" stroke="currentColor" strokeWidth="2" />
        <circle
          cx="8"
          cy="8"
          fill="none"
          r="6"
          stroke="currentColor"
          strokeDasharray={`${share * ROUND} ${ROUND}`}
          strokeWidth="2"
        />
      </svg>
      <span className="figures">{leftMs > 0 ? t("{time} left", { time }) : t("{time} over", { time })}</span>
    </span>
  );
}
