"use client";

import { type RefObject, useEffect, useRef } from "react";

import { isLayerOpen } from "@/components/ui/layers";
import { isTyping } from "@/components/ui/typing";

/** Where J, K and the arrows lead from the present row. */
export const stepOf = (key: string): 1 | -1 | 0 =>
  key === "j" || key === "ArrowDown" ? 1 : key === "k" || key === "ArrowUp" ? -1 : 0;

/** The place that a step leads to: the next row that can be used, or the same where there is none. Without a row, the first. */
export function placeAfter(usable: readonly boolean[], from: number, step: 1 | -1): number {
  if (from === -1) return usable.indexOf(true);
  for (let at = from + step; usable[at] !== undefined; at += step) if (usable[at]) return at;
  return from;
}

/** Moves focus over the row links (`data-row`) of a list. With a panel open the link is followed too, so that the panel walks along. */
export function useListKeys(): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = stepOf(event.key);
      // Letters can be switched off, because a voice or a shaking hand may say them by accident; arrows cannot.
      if (event.key.length === 1 && document.querySelector('[data-keys="off"]')) return;
      if (step === 0 || isTyping(event) || isLayerOpen()) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      if (links.length === 0) return;
      const inList = list.current?.contains(document.activeElement) ?? false;
      // Outside the list the arrows scroll the page, as everywhere.
      if (!inList && event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const from = links.findIndex((link) => link === document.activeElement || link.dataset["open"] === "true");
      // A row that is over keeps its place under the pointer, and takes no focus.
      const usable = links.map((link) => link.closest("[inert]") === null);
      const next = links[placeAfter(usable, from, step)];
      next?.focus();
      if (document.querySelector("[data-panel]")) next?.click();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return list;
}
