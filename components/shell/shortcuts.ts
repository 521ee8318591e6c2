"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";

import { navFor } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { isTyping } from "@/components/ui/typing";

const GO_MS = 1_200;

/** The keys that work on every page. Buttons name their own key in `data-shortcut`; the first visible one is pressed. */
export function useShortcuts(on: boolean, onHelp: () => void): void {
  const router = useRouter();
  const { can, tenant, hrefOf } = useScope();
  const goUntil = useRef(0);

  useEffect(() => {
    if (!on) return;
    const go = (key: string): boolean => {
      const item = navFor(can, tenant.kind)
        .flatMap((group) => group.items)
        .find((each) => each.key === key);
      if (item) router.push(hrefOf(item.page));
      return Boolean(item);
    };
    const help = (): boolean => {
      onHelp();
      return true;
    };
    const press = (key: string): boolean => {
      const target = [...document.querySelectorAll<HTMLElement>(`[data-shortcut~="${CSS.escape(key)}"]`)].findLast(
        (element) => element.checkVisibility(),
      );
      if (target instanceof HTMLInputElement) target.select();
      else if (target instanceof HTMLSelectElement) target.focus();
      else target?.click();
      return Boolean(target);
    };
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.key.length !== 1 || document.querySelector("dialog[open], :popover-open")) return;
      const going = event.timeStamp < goUntil.current;
      goUntil.current = event.key === "g" ? event.timeStamp + GO_MS : 0;
      const done = event.key === "?" ? help() : going ? go(event.key) : press(event.key);
      if (done) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [on, onHelp, router, can, tenant.kind, hrefOf]);
}
