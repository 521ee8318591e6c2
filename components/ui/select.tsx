import { type ComponentProps, useId } from "react";

import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";

export type Choice = Readonly<{ value: string; label: string }>;

type Props = Readonly<
  Omit<ComponentProps<"select">, "id" | "children"> & {
    name: string;
    label: string;
    choices: readonly Choice[];
    hint?: string;
    problem?: string | undefined;
    /** In a filter bar the label is spoken, not shown. */
    labelHidden?: boolean;
  }
>;

/** The platform's own select: it works with every keyboard, every screen reader and every phone. */
export function Select({ label, choices, hint, problem, labelHidden, className, ...select }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="grid content-start gap-1">
      <label className={labelHidden ? "sr-only" : "font-medium"} htmlFor={id}>
        {label}
      </label>
      <span className="relative block">
        <select
          aria-describedby={described || undefined}
          aria-invalid={problem ? true : undefined}
          className={cx("control appearance-none pe-8", className)}
          id={id}
          {...select}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
        <Icon name="down" className="pointer-events-none absolute inset-y-0 end-2.5 my-auto text-ink-2" />
      </span>
      {hint && (
        <p className="text-xs text-ink-3" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
