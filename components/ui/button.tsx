import type { ComponentProps } from "react";

import { type ButtonLook, buttonClass } from "@/components/ui/button-class";
import { Icon, type IconName } from "@/components/ui/icon";

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
