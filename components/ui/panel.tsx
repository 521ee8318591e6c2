"use client";

import { type ReactNode, useEffect, useRef } from "react";

import { IconButton } from "@/components/ui/icon-button";
import { isLayerOpen } from "@/components/ui/layers";
import { isTyping } from "@/components/ui/typing";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  title: string;
  /** Stays the same while the panel shows one object; a new value moves focus to the new heading. */
  subject: string;
  children: ReactNode;
  onClose: () => void;
  actions?: ReactNode;
}>;

/** The side panel of a list: it leaves the list usable beside it, and covers the screen on a phone. */
export function Panel({ title, subject, children, onClose, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const backTo = useRef<HTMLElement | null>(null);

  useEffect(() => {
    // Whoever types in a layer that they opened before this was there goes on in that.
    const field = document.activeElement?.closest("input, textarea");
    if (!field?.closest(":popover-open")) heading.current?.focus({ preventScroll: true });
    return () => backTo.current?.focus();
  }, []);

  // Walking on with J and K moves the way back along: closing returns to the row last shown, not to the first.
  useEffect(() => {
    if (subject) backTo.current = document.querySelector<HTMLElement>('[data-open="true"]');
  }, [subject]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || isTyping(event) || isLayerOpen()) return;
      event.preventDefault();
      onClose();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [onClose]);

  return (
    <aside
      aria-label={title}
      className="rf-arrive fixed inset-y-0 end-0 z-30 flex w-full flex-col border-s bg-surface shadow-float sm:top-12 sm:w-[30rem] xl:w-[34rem]"
      data-panel=""
    >
      <div className="flex min-h-12 items-center gap-2 border-b pe-2 ps-5">
        <h2 className="min-w-0 flex-1 truncate text-lg font-semibold outline-none" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {actions}
        <IconButton icon="close" label={t("Close panel")} onClick={onClose} />
      </div>
      <div className="flex-1 overflow-y-auto px-5 py-4 max-sm:pb-20">{children}</div>
    </aside>
  );
}
