"use client";

import { useCallback, useEffect, useState } from "react";

import { isTyping } from "@/components/ui/typing";

const none: ReadonlySet<string> = new Set();
const KEY = "x";

/** The id of the row that has the focus, or whose panel is open. */
const rowAtHand = (): string | undefined => {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.find((row) => row === document.activeElement) ?? rows.find((row) => row.dataset["open"] === "true");
  return at?.closest("tr")?.querySelector<HTMLElement>("[data-chooses]")?.dataset["chooses"];
};

/**
 * Which rows of a list are chosen, by their tick boxes or by X on the row at hand. Letters can be switched off, as everywhere.
 * @param on false where nobody may do anything with what is chosen.
 */
export function useChoice(on: boolean) {
  const [chosen, setChosen] = useState(none);
  const toggle = useCallback(
    (id: string) =>
      setChosen((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id])),
    [],
  );
  useEffect(() => {
    if (!on) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== KEY || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (document.querySelector('[data-keys="off"], dialog[open], :popover-open')) return;
      const id = rowAtHand();
      if (!id) return;
      event.preventDefault();
      toggle(id);
    };
    // Before the keys of the page, which would press the first tick box.
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, [on, toggle]);
  return { chosen, choose: setChosen, clear: useCallback(() => setChosen(none), []) };
}
