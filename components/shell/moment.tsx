"use client";

import { useScope } from "@/components/shell/scope";
import { dayText, momentText, timeText } from "@/components/ui/clock-text";

type Props = Readonly<{ at: Date; full?: boolean }>;

/** A point in time on the tenant's clock; UTC stands in the tooltip. */
export function Moment({ at, full }: Props) {
  const { timeZone } = useScope();
  return (
    <time
      className="figures whitespace-nowrap"
      dateTime={at.toISOString()}
      suppressHydrationWarning
      title={`${at.toISOString().replace("T", " ").slice(0, 19)} UTC`}
    >
      {full ? `${dayText(at, timeZone)} ${timeText(at, timeZone)}` : momentText(at, timeZone)}
    </time>
  );
}
