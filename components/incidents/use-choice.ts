"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import { isLayerOpen } from "@/components/ui/layers";
import { isTyping } from "@/components/ui/typing";
import { stepOf } from "@/components/ui/use-list-keys";

const none: ReadonlySet<string> = new Set();
const KEY = "x";

const allRows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-row]")];
const idOf = (row: HTMLElement | undefined): string | undefined =>
  row?.closest("tr")?.querySelector<HTMLElement>("[data-chooses]")?.dataset["chooses"];

/** The row that has the focus, or whose panel is open. */
const rowAtHand = (): HTMLElement | undefined =>
  allRows().find((row) => row === document.activeElement) ?? allRows().find((row) => row.dataset["open"] === "true");

/** Goes to the row beside the one at hand. @returns the ids of both. */
function alongTo(step: 1 | -1): readonly string[] {
  const [rows, from] = [allRows(), rowAtHand()];
  const next = from && rows[rows.indexOf(from) + step];
  next?.focus();
  return [idOf(from), idOf(next)].filter((id) => id !== undefined);
}

/** The ids from one row to another, both with them; of the other alone when the one is not shown any more. */
function idsFromTo(from: string | undefined, to: string): readonly string[] {
  const ids = allRows().flatMap((row) => idOf(row) ?? []);
  const [start, end] = [from === undefined ? -1 : ids.indexOf(from), ids.indexOf(to)].toSorted((a, b) => a - b);
  return start === undefined || end === undefined || start < 0 ? [to] : ids.slice(start, end + 1);
}

/**
 * Which rows of a list are chosen: by their tick boxes, with Shift all from the one ticked before; by X on the row at hand, or with Shift while one walks.
 * Letters can be switched off, as everywhere.
 * @param on false where nobody may do anything with what is chosen.
 */
export function useChoice(on: boolean) {
  const [chosen, setChosen] = useState(none);
  const before = useRef<string>(undefined);
  const tick = useCallback((id: string, on: boolean, through: boolean) => {
    const ids = through ? idsFromTo(before.current, id) : [id];
    before.current = id;
    setChosen((now) => new Set(on ? [...now, ...ids] : [...now].filter((one) => !ids.includes(one))));
  }, []);
  const toggle = useCallback(
    (id: string) =>
      setChosen((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id])),
    [],
  );
  useEffect(() => {
    if (!on) return;
    const onKey = (event: KeyboardEvent) => {
      const step = event.shiftKey ? stepOf(event.key.length === 1 ? event.key.toLowerCase() : event.key) : 0;
      if ((event.key !== KEY && step === 0) || isTyping(event)) return;
      if (document.querySelector('[data-keys="off"]') || isLayerOpen()) return;
      const id = idOf(rowAtHand());
      if (!id) return;
      event.preventDefault();
      if (step === 0) return toggle(id);
      // The list would walk on as well.
      event.stopImmediatePropagation();
      const ids = alongTo(step);
      setChosen((before) => new Set([...before, ...ids]));
    };
    // Before the keys of the page, which would press the first tick box.
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, [on, toggle]);
  return { chosen, tick, clear: useCallback(() => setChosen(none), []) };
}
