"use client";

import { cx } from "@/components/ui/cx";
import { useAwake } from "@/components/ui/use-awake";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  label: string;
  /** The class, written beside the box where no column head does. */
  word: string;
  on: boolean;
  mixed?: boolean;
  changed?: boolean;
  /** Why it cannot be opened. */
  locked?: string | undefined;
  disabled?: boolean;
  onChange: (open: boolean) => void;
}>;

/** One class of numbers, open or closed. Above the row's link, so that a click switches and does not open the panel. */
export function ClassSwitch({ label, word, on, mixed, changed, locked, disabled, onChange }: Props) {
  const awake = useAwake();
  return (
    <label
      className={cx(
        "relative z-1 inline-flex min-h-8 min-w-8 items-center gap-2 max-sm:text-ink-2",
        locked && "text-ink-3",
        changed && "rounded-md bg-accent-soft sm:px-2",
      )}
      title={locked}
    >
      <input
        aria-label={locked ? `${label}, ${locked}` : label}
        checked={on}
        className="size-4 accent-accent"
        disabled={disabled || locked !== undefined || !awake}
        onChange={(event) => onChange(event.target.checked)}
        ref={(box) => {
          if (box) box.indeterminate = Boolean(mixed);
        }}
        type="checkbox"
      />
      <span aria-hidden="true" className="sm:hidden">
        {word}
      </span>
      {locked && (
        <span aria-hidden="true" className="text-xs max-sm:hidden">
          {t("locked")}
        </span>
      )}
    </label>
  );
}
