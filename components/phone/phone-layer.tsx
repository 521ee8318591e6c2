"use client";

import { type KeyboardEvent, useEffect, useRef, useSyncExternalStore } from "react";

import { CallCard } from "@/components/phone/call-card";
import { ChooseExtension } from "@/components/phone/choose-extension";
import { DialForm } from "@/components/phone/dial-form";
import { idle, type LineState, phoneStore } from "@/components/phone/phone-store";
import { currentLine, useLine } from "@/components/phone/use-line";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import { isTyping } from "@/components/ui/typing";
import { type Message, msg, say, t } from "@/server/kernel/words";

const states: Readonly<Record<LineState, Message | "">> = {
  off: "",
  starting: msg("Connecting…"),
  ready: msg("phone|Ready"),
  lost: msg("Connecting again…"),
  refused: msg("Not connected"),
};

/** The phone of this page: a small window over whatever is looked at. */
export function PhoneLayer() {
  const { open, line, owner, problem, call } = useSyncExternalStore(phoneStore.subscribe, phoneStore.get, () => idle);
  const { start, stop } = useLine();
  const box = useRef<HTMLElement>(null);
  const busy = call !== undefined && call.phase !== "over";

  useEffect(() => {
    if (open) box.current?.focus();
  }, [open]);

  if (!open) return null;
  const state = states[line];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") phoneStore.set({ open: false });
    else if (call?.phase === "live" && /^[0-9*#]$/.test(event.key) && !isTyping(event.nativeEvent)) {
      currentLine()?.call?.press(event.key);
    } else return;
    event.stopPropagation();
    event.preventDefault();
  };
  return (
    <section
      aria-label={t("Phone")}
      className="fixed end-2 bottom-[calc(3.75rem+env(safe-area-inset-bottom))] z-50 grid max-h-[calc(100dvh-5rem)] w-80 max-w-[calc(100vw-1rem)] content-start gap-3 overflow-y-auto rounded-xl border bg-surface p-4 shadow-float outline-none sm:end-4 sm:bottom-4"
      onKeyDown={onKeyDown}
      ref={box}
      tabIndex={-1}
    >
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">{owner ? `${owner.number} ${owner.displayName}` : t("Phone")}</h2>
          <p aria-live="polite" className={line === "ready" ? "text-xs text-ok" : "text-xs text-ink-3"}>
            {state && say(state)}
          </p>
        </div>
        <IconButton icon="close" label={t("Hide the phone")} onClick={() => phoneStore.set({ open: false })} />
      </header>
      {problem && (
        <Notice
          action={
            line === "refused" &&
            owner && <Button onClick={() => start(owner.tenantSlug, owner.extensionId)}>{t("Connect again")}</Button>
          }
          live
          title={problem.title}
          tone="warn"
        >
          {problem.next}
        </Notice>
      )}
      {line === "off" || (line === "refused" && !owner) ? <ChooseExtension onChoose={start} /> : null}
      {call && <CallCard call={call} key={call.key} />}
      {!busy && owner && (line === "ready" || line === "starting" || line === "lost") && (
        <DialForm onStop={stop} ready={line === "ready"} />
      )}
    </section>
  );
}
