"use client";

import { cx } from "@/components/ui/cx";
import { useAwake } from "@/components/ui/use-awake";

type Props = Readonly<{
  label: string;
  on: boolean;
  /** The words for the two states, such as Open and Closed. */
  words: readonly [on: string, off: string];
  disabled?: boolean;
  onChange: (on: boolean) => void;
}>;

/** A two-state control that takes effect at once. Its state is written in words beside the shape. */
export function Switch({ label, on, words, disabled, onChange }: Props) {
  const awake = useAwake();
  return (
    <button
      aria-checked={on}
      aria-label={label}
      className="inline-flex min-h-8 items-center gap-2 rounded-md px-1 font-medium data-stopped:text-ink-3"
      data-stopped={disabled || undefined}
      disabled={disabled || !awake}
      onClick={() => onChange(!on)}
      role="switch"
      type="button"
    >
      <span
        aria-hidden="true"
        className={cx(
          "flex h-5 w-9 items-center rounded-full border px-0.5",
          on ? "justify-end border-accent bg-accent" : "justify-start border-outline bg-surface",
        )}
      >
        <span className={cx("size-3.5 rounded-full", on ? "bg-on-accent" : "bg-outline")} />
      </span>
      <span className="w-12 text-start">{on ? words[0] : words[1]}</span>
    </button>
  );
}
