"use client";

import { useSyncExternalStore } from "react";

import { momentText } from "@/components/ui/clock-text";

const never = () => () => {};

/** A point in time on the person's own clock: no tenant's is meant here. UTC stands in the tooltip. */
export function When({ at }: Readonly<{ at: Date }>) {
  const zone = useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );
  return (
    <time
      className="figures whitespace-nowrap"
      dateTime={at.toISOString()}
      title={`${at.toISOString().replace("T", " ").slice(0, 19)} UTC`}
    >
      {momentText(at, zone)}
    </time>
  );
}
