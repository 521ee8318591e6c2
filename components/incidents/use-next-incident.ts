"use client";

import { useEffect, useRef } from "react";

import { useOpen } from "@/components/ui/use-open";

type Rows = readonly Readonly<{ id: string }>[];

/** Which row comes after one that left the list: what took its place, or the last; undefined when nothing is left. */
export const nextOf = (rows: Rows, place: number): string | undefined => rows[Math.min(place, rows.length - 1)]?.id;

/**
 * Opens the next incident when the open one leaves the list: dismissed, resolved, or merged into another. One that was opened
 * from elsewhere and never stood in the list stays open.
 */
export function useNextIncident(rows: Rows | undefined, stale: boolean): void {
  const { openId, open, close } = useOpen();
  const seen = useRef<{ id: string; place: number }>(undefined);
  useEffect(() => {
    if (!rows || stale || openId === undefined) return;
    const place = rows.findIndex(({ id }) => id === openId);
    if (place !== -1) {
      seen.current = { id: openId, place };
      return;
    }
    if (seen.current?.id !== openId) return;
    const next = nextOf(rows, seen.current.place);
    seen.current = undefined;
    if (next === undefined) close();
    else open(next);
  }, [rows, stale, openId, open, close]);
}
