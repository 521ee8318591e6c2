"use client";

import { type RefObject, useLayoutEffect, useRef } from "react";

import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

export type Option = Readonly<{ value: string; label: string; detail?: string }>;

type Props = Readonly<{
  id: string;
  label: string;
  field: RefObject<HTMLInputElement | null>;
  open: boolean;
  options: readonly Option[] | undefined;
  at: number;
  more?: boolean;
  /** What choosing nothing is called, while something is chosen. */
  none: string | undefined;
  onChoose: (option: Option | undefined) => void;
}>;

/** The list below the field, in the top layer, so that neither a dialog nor a filter bar cuts it. */
export function ComboboxOptions({ id, label, field, open, options, at, more, none, onChoose }: Props) {
  const layer = useFloating(open, field);
  useLayoutEffect(() => {
    if (at >= 0) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at, id]);

  const note = noteOf(options, more);
  return (
    <div
      className="max-w-[calc(100vw-1rem)] overflow-y-auto rounded-lg border bg-surface p-1 shadow-float"
      popover="manual"
      ref={layer}
    >
      {none && (
        <button
          className="block min-h-8 w-full rounded-md px-2 text-start text-ink-2 hover:bg-sunken"
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(undefined);
          }}
          tabIndex={-1}
          type="button"
        >
          {none}
        </button>
      )}
      <div aria-label={label} id={`${id}-list`} role="listbox">
        {options?.map((option, index) => (
          <div
            aria-selected={index === at}
            className={cx(
              "flex min-h-8 cursor-default items-center justify-between gap-4 rounded-md px-2",
              index === at ? "bg-accent-soft" : "hover:bg-sunken",
            )}
            id={`${id}-${index}`}
            key={option.value}
            // The field keeps the focus: it would close before a click arrives.
            onMouseDown={(event) => {
              event.preventDefault();
              onChoose(option);
            }}
            role="option"
            tabIndex={-1}
          >
            <span className="max-w-80 truncate">{option.label}</span>
            {option.detail && <span className="text-xs whitespace-nowrap text-ink-3">{option.detail}</span>}
          </div>
        ))}
      </div>
      {note && <p className="px-2 py-1.5 text-xs text-ink-3">{note}</p>}
    </div>
  );
}

/** Right below the field, as wide, while it is open. */
function useFloating(open: boolean, field: Props["field"]): RefObject<HTMLDivElement | null> {
  const layer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [box, floating] = [field.current?.getBoundingClientRect(), layer.current];
    if (!open || !box || !floating) return;
    floating.style.left = `${box.left}px`;
    floating.style.top = `${box.bottom + 4}px`;
    floating.style.minWidth = `${box.width}px`;
    floating.style.maxHeight = `${Math.max(120, window.innerHeight - box.bottom - 16)}px`;
    floating.showPopover();
    return () => floating.hidePopover();
  }, [open, field]);
  return layer;
}

function noteOf(options: readonly Option[] | undefined, more: boolean | undefined): string {
  if (options === undefined) return "Looking…";
  if (options.length === 0) return t("Nothing matches.");
  return more ? t("Type to find more.") : "";
}
