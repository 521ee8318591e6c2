"use client";

import { type ReactNode, type ToggleEvent, useId, useRef, useState } from "react";

/** What stays free between a layer and the edge of the window. */
const EDGE = 8;

type Props = Readonly<{
  label: string;
  trigger: ReactNode;
  triggerClass: string;
  /** Which edge of the trigger the layer keeps to. */
  align?: "start" | "end";
  /** Opens upwards, for triggers at the foot of the screen. */
  up?: boolean;
  className?: string;
  /** The key that opens it. */
  shortcut?: string;
  children: (close: () => void) => ReactNode;
}>;

/** A floating layer on the platform's popover: light dismissal, Esc and the top layer come with it. What is in it exists only while it is open. */
export function Popover({
  label,
  trigger,
  triggerClass,
  align = "start",
  up,
  className = "",
  shortcut,
  children,
}: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  function place(event: ToggleEvent<HTMLDivElement>) {
    if (event.newState !== "open" || !button.current || !layer.current) return;
    setOpen(true);
    const box = button.current.getBoundingClientRect();
    const { style } = layer.current;
    const { clientWidth, dir } = document.documentElement;
    const [left, right] = [Math.max(EDGE, box.left), Math.max(EDGE, clientWidth - box.right)];
    style.insetInlineStart = align === "start" ? `${dir === "rtl" ? right : left}px` : "auto";
    style.insetInlineEnd = align === "end" ? `${dir === "rtl" ? left : right}px` : "auto";
    style.top = up ? "auto" : `${box.bottom + 4}px`;
    style.bottom = up ? `${window.innerHeight - box.top + 4}px` : "auto";
  }

  return (
    <>
      <button
        aria-label={label}
        className={triggerClass}
        data-shortcut={shortcut}
        popoverTarget={id}
        ref={button}
        type="button"
      >
        {trigger}
      </button>
      <div
        className={`max-h-[calc(100dvh-5rem)] max-w-[calc(100vw-1rem)] overflow-y-auto rounded-lg border bg-surface p-1 shadow-float ${className}`}
        id={id}
        onBeforeToggle={place}
        onToggle={(event) => {
          // Only now: the platform gives the focus back from what is still in it.
          if (event.newState === "closed") setOpen(false);
          moveInside(event);
        }}
        popover="auto"
        ref={layer}
      >
        {open && children(() => layer.current?.hidePopover())}
      </div>
    </>
  );
}

/**
 * A wide layer of a trigger that does not stand at the edge would stick out of a telephone. How wide it is can be read once it is
 * shown: before that it has no box.
 */
function moveInside({ newState, currentTarget: { style }, currentTarget }: ToggleEvent<HTMLDivElement>): void {
  style.translate = "none";
  if (newState !== "open") return;
  const { left, right } = currentTarget.getBoundingClientRect();
  const over = Math.min(0, document.documentElement.clientWidth - EDGE - right);
  style.translate = `${left < EDGE ? EDGE - left : over}px`;
}
