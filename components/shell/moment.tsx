"use client";

import { useScope } from "@/components/shell/scope";
import { dayText, momentText, timeText, zoneText } from "@/components/ui/clock-text";

const onClock = (at: Date, zone: string): string => `${dayText(at, zone)} ${timeText(at, zone)} ${zoneText(zone, at)}`;

type Props = Readonly<{ at: Date; full?: boolean }>;

/** A point in time on the clock that is chosen; UTC stands in the tooltip, and the tenant's clock when it is another. */
export function Moment({ at, full }: Props) {
  const { timeZone, tenant } = useScope();
  const utc = `${at.toISOString().replace("T", " ").slice(0, 19)} UTC`;
  return (
    <time
      className="figures whitespace-nowrap"
      dateTime={at.toISOString()}
      suppressHydrationWarning
      title={timeZone === tenant.timeZone ? utc : `${utc} · ${onClock(at, tenant.timeZone)}`}
    >
      {full ? `${dayText(at, timeZone)} ${timeText(at, timeZone)}` : momentText(at, timeZone)}
    </time>
  );
}
