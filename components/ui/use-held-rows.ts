"use client";

import { useState } from "react";

type Known = Readonly<{ scope: string | undefined; keys: ReadonlySet<string>; fresh: ReadonlySet<string> }>;

const none: ReadonlySet<string> = new Set();

/**
 * Keeps rows from jumping under the pointer: while `held`, rows that arrive are counted instead of shown.
 * A new `scope` (another filter or page) starts afresh; while it is undefined the old rows are still on screen.
 */
export function useHeldRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  held: boolean,
  scope: string | undefined,
) {
  const [known, setKnown] = useState<Known>(() => ({ scope, keys: new Set(rows.map(keyOf)), fresh: none }));
  const incoming = rows.filter((row) => !known.keys.has(keyOf(row)));
  const take = (fresh: ReadonlySet<string>) =>
    setKnown({ scope: scope ?? known.scope, keys: new Set(rows.map(keyOf)), fresh });

  const moved = scope !== undefined && scope !== known.scope;
  if (moved) take(none);
  else if (!held && incoming.length > 0) take(new Set(incoming.map(keyOf)));

  const holding = held && !moved;
  return {
    rows: holding ? rows.filter((row) => known.keys.has(keyOf(row))) : rows,
    waiting: holding ? incoming.length : 0,
    fresh: known.fresh,
    release: () => take(new Set(incoming.map(keyOf))),
  };
}
