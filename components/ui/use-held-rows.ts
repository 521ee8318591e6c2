"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FocusEvent, type RefObject, useEffect, useState } from "react";

import { holdRows, type Known, sameRows, seeRows, takeRows } from "@/components/ui/held-rows";

/** A list that changes while it is looked at. */
export type Live = Readonly<{
  /** Which filter and page the rows are of: another one starts afresh. Undefined while the rows of the last one still stand. */
  scope: string | undefined;
  /** No further page: a row that is missing is over, and was not just pushed to the next one. */
  whole: boolean;
}>;

const nothing: ReadonlySet<string> = new Set();

/** A form stands over the list: it was opened from where the focus was, and gives it back there. */
const covered = (list: HTMLElement): boolean =>
  [...document.querySelectorAll("dialog:modal")].some((form) => !form.contains(list));

/**
 * Keeps rows from jumping: while the pointer is on the list or the focus is in it, or in a form that was opened from it, its rows
 * stay where they are.
 * What is known of each still changes in place. Without `live` the rows are shown as they come.
 */
export function useHeldRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  live: Live | undefined,
  list: RefObject<HTMLElement | null>,
) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const now = { rows, keyOf };
  const [known, setKnown] = useState<Known<Row>>(() => ({ scope: live?.scope ?? "", rows, fresh: nothing }));
  const scope = live?.scope ?? known.scope;
  const held = live !== undefined && (pointed || focused) && scope === known.scope && known.rows.length > 0;
  const other = !held && (scope !== known.scope || !sameRows(known, now));
  const seen = other ? takeRows(known, now, scope) : seeRows(known, now);
  if (seen !== known) setKnown(seen);

  const shown = held ? holdRows(seen, now) : { rows, gone: nothing, waiting: 0 };
  // A list that is gone, or a focused button that was taken away, tells no leaving.
  useEffect(() => {
    if (pointed && !list.current) setPointed(false);
    const stays = list.current?.contains(document.activeElement) || (list.current && covered(list.current));
    if (focused && !stays) setFocused(false);
  });

  // What somebody did with the keys shows at once; under the pointer also what one did oneself must not pull up the next row.
  const mutations = useQueryClient().getMutationCache();
  useEffect(
    () =>
      mutations.subscribe((event) => event.type === "updated" && event.action.type === "success" && setFocused(false)),
    [mutations],
  );

  return {
    ...shown,
    gone: live?.whole ? shown.gone : nothing,
    fresh: live ? known.fresh : nothing,
    release: () => setKnown(takeRows(known, now, scope)),
    on: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) =>
        setFocused(covered(currentTarget) || (relatedTarget instanceof Node && currentTarget.contains(relatedTarget))),
    },
  };
}
