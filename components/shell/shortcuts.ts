"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";

import { navFor } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { copyText } from "@/components/ui/copy-text";
import { isLayerOpen } from "@/components/ui/layers";
import { toast, toastStore } from "@/components/ui/toast-store";
import { isInField, isTyping } from "@/components/ui/typing";
import { t } from "@/server/kernel/words";

const GO_MS = 1_200;

type Doings = Readonly<{ onHelp: () => void; onPalette: () => void; onSoon: () => void; onZone: () => void }>;

/** The key that opens the switch of tenants; its button carries it. */
export const SWITCH_TENANT = "switch-tenant";

function press(key: string): boolean {
  const target = [...document.querySelectorAll<HTMLElement>(`[data-shortcut~="${CSS.escape(key)}"]`)].findLast(
    (element) => element.checkVisibility(),
  );
  if (target instanceof HTMLInputElement) target.select();
  else if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) target.focus();
  else target?.click();
  return Boolean(target);
}

/** The address has the filter and the open row in it. */
function copyLink(): boolean {
  copyText(window.location.href).then(
    () => toast(t("Link copied")),
    () => toast(t("The browser does not let us copy. Copy the address by hand."), { tone: "bad" }),
  );
  return true;
}

/**
 * The keys that work on every page. Buttons name their own key in `data-shortcut`; the first visible one is pressed. Keys with
 * Control or Command work while one types too, and when `on` is off: only single keys can be switched off.
 */
export function useShortcuts(on: boolean, { onHelp, onPalette, onSoon, onZone }: Doings): void {
  const router = useRouter();
  const { can, tenant, hrefOf } = useScope();
  const goUntil = useRef(0);
  const zoneUntil = useRef(0);

  useEffect(() => {
    const go = (key: string): boolean => {
      if (key === "0") return press(SWITCH_TENANT);
      const item = navFor(can, tenant.kind)
        .flatMap((group) => group.items)
        .find((each) => each.key === key);
      // Without a connection the page of the browser itself would come, in place of this one and its form.
      if (item && !("offline" in document.documentElement.dataset)) router.push(hrefOf(item.page));
      return Boolean(item);
    };
    const help = (): boolean => {
      onHelp();
      return true;
    };
    const single = (event: KeyboardEvent): boolean => {
      if (!on || isTyping(event) || event.key.length !== 1) return false;
      const going = event.timeStamp < goUntil.current;
      goUntil.current = event.key === "g" ? event.timeStamp + GO_MS : 0;
      const twice = event.key === "t" && !going && event.timeStamp < zoneUntil.current;
      zoneUntil.current = event.key === "t" && !going && !twice ? event.timeStamp + GO_MS : 0;
      if (twice) onZone();
      if (twice) return true;
      return event.key === "?" ? help() : going ? go(event.key) : press(event.key);
    };
    const combined = (event: KeyboardEvent): boolean => {
      const key = event.key.toLowerCase();
      if (key === "t" && event.shiftKey) return press(SWITCH_TENANT);
      if (event.shiftKey) return false;
      if (key === "z") return !isInField(event) && toastStore.undoNewest();
      if (key === ".") return copyLink();
      if (key !== "k") return false;
      onPalette();
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Control" || event.key === "Meta") onSoon();
      if (event.defaultPrevented || isLayerOpen()) return;
      const held = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (held ? combined(event) : single(event)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [on, onHelp, onPalette, onSoon, onZone, router, can, tenant.kind, hrefOf]);
}
