"use client";

import { useNow } from "@/components/ui/use-now";
import { type Message, say, t } from "@/server/kernel/words";

type Props = Readonly<{ from: Date; until: Date; words: Message }>;

const RADIUS = 7;
const ROUND = 2 * Math.PI * RADIUS;

/** How much is left of a short time, as a ring and in words. */
export function CountdownRing({ from, until, words }: Props) {
  const now = useNow(from);
  const leftMs = Math.max(0, until.getTime() - now.getTime());
  const part = leftMs / Math.max(1, until.getTime() - from.getTime());
  const minutes = Math.floor(leftMs / 60_000);
  const seconds = String(Math.floor(leftMs / 1_000) % 60).padStart(2, "0");
  return (
    <span className="inline-flex items-center gap-2">
      <svg aria-hidden="true" className="size-5 -rotate-90 text-info" viewBox="0 0 18 18">
        <circle className="text-outline" cx="9" cy="9" fill="none" r={RADIUS} stroke="currentColor" strokeWidth="2" />
        <circle
          cx="9"
          cy="9"
          fill="none"
          r={RADIUS}
          stroke="currentColor"
          strokeDasharray={`${ROUND * part} ${ROUND}`}
          strokeWidth="2"
        />
      </svg>
      <span className="figures">{leftMs === 0 ? t("Over") : say(words, { left: `${minutes}:${seconds}` })}</span>
    </span>
  );
}
