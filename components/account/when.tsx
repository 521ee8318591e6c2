"use client";

import { useSyncExternalStore } from "react";

import { momentText, utcText } from "@/components/ui/clock-text";

const never = () => () => {};

/** A point in time on the person's own clock: no tenant's is meant here. UTC stands in the tooltip. */
export function When({ at }: Readonly<{ at: Date }>) {
  const zone = useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );
  return (
    <time className="figures whitespace-nowrap" dateTime={at.toISOString()} title={utcText(at)}>
      {momentText(at, zone)}
    </time>
  );
}
