"use client";

import type { ComponentProps } from "react";

import { type ButtonLook, buttonClass } from "@/components/ui/button-class";
import { Icon, type IconName } from "@/components/ui/icon";
import { useAwake } from "@/components/ui/use-awake";

type Props = Readonly<
  Omit<ComponentProps<"button">, "type"> & {
    look?: ButtonLook;
    icon?: IconName;
    type?: "button" | "submit";
    /** Says what is going on, in place of the label, and stops a second press. */
    busy?: string | false | undefined;
  }
>;

/** A button. It can be pressed once the page is awake, and looks the same before. */
export function Button({ look = "plain", icon, busy, type = "button", className, children, disabled, ...rest }: Props) {
  const awake = useAwake();
  const stopped = disabled || Boolean(busy);
  return (
    <button
      aria-busy={busy ? true : undefined}
      className={buttonClass(look, className)}
      data-stopped={stopped || undefined}
      disabled={stopped || !awake}
      type={type}
      {...rest}
    >
      {icon && <Icon name={icon} className="-ms-0.5" />}
      {busy || children}
    </button>
  );
}
