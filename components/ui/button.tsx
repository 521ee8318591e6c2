import type { ComponentProps } from "react";

import { cx } from "@/components/ui/cx";
import { Icon, type IconName } from "@/components/ui/icon";

export type ButtonLook = "primary" | "plain" | "quiet" | "danger";

const looks: Record<ButtonLook, string> = {
  primary: "border-accent bg-accent text-on-accent disabled:border-line disabled:bg-sunken disabled:text-ink-3",
  plain: "border-outline bg-surface text-ink hover:bg-sunken disabled:text-ink-3",
  quiet: "border-transparent text-ink-2 hover:bg-sunken hover:text-ink disabled:text-ink-3",
  danger: "border-bad bg-bad text-on-bad disabled:border-line disabled:bg-sunken disabled:text-ink-3",
};

/** The classes of a button, for links that look like one. */
export const buttonClass = (look: ButtonLook = "plain", className = ""): string =>
  cx(
    "inline-flex min-h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border px-3 py-1 font-medium whitespace-nowrap select-none",
    looks[look],
    className,
  );

type Props = Readonly<
  Omit<ComponentProps<"button">, "type"> & {
    look?: ButtonLook;
    icon?: IconName;
    type?: "button" | "submit";
    /** Says what is going on, in place of the label, and stops a second press. */
    busy?: string | false | undefined;
  }
>;

export function Button({ look = "plain", icon, busy, type = "button", className, children, disabled, ...rest }: Props) {
  return (
    <button
      aria-busy={busy ? true : undefined}
      className={buttonClass(look, className)}
      disabled={disabled || Boolean(busy)}
      type={type}
      {...rest}
    >
      {icon && <Icon name={icon} className="-ml-0.5" />}
      {busy || children}
    </button>
  );
}
