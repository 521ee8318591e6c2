import { type ComponentProps, type ReactNode, useId } from "react";

import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Props = Readonly<
  Omit<ComponentProps<"input">, "id"> & {
    name: string;
    label: string;
    hint?: ReactNode;
    problem?: string | undefined;
    /** A unit or currency shown inside the box, at its end. */
    unit?: string;
  }
>;

/** A labelled input that ties its own hint and error text to itself for screen readers. */
export function Field({ label, hint, problem, unit, className, required, ...input }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className="grid content-start gap-1">
      <label className="font-medium" htmlFor={id}>
        {label}
        {required === false && <span className="font-normal text-ink-3"> {t("(optional)")}</span>}
      </label>
      <span className="relative block">
        <input
          aria-describedby={described || undefined}
          aria-invalid={problem ? true : undefined}
          autoComplete="off"
          className={cx("control", unit && "pe-12", className)}
          id={id}
          required={required}
          {...input}
        />
        {unit && (
          <span
            aria-hidden="true"
            className="pointer-events-none absolute inset-y-0 end-2.5 flex items-center text-ink-3"
          >
            {unit}
          </span>
        )}
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
