import type { ComponentProps } from "react";

import { cx } from "@/components/ui/cx";
import { Icon, type IconName } from "@/components/ui/icon";

type Props = Readonly<Omit<ComponentProps<"button">, "type" | "children"> & { icon: IconName; label: string }>;

/** A button without a visible word: 32 px square, its name in the label and the tooltip. */
export function IconButton({ icon, label, className, ...rest }: Props) {
  return (
    <button
      aria-label={label}
      className={cx(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink disabled:text-ink-3",
        className,
      )}
      title={label}
      type="button"
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
