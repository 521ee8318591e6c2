"use client";

import Link from "next/link";

import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";

type Props = Readonly<{ phones: Readonly<{ online: number; total: number }> }>;

/** Three steps to the first call; it goes away with it. */
export function OnboardingStrip({ phones }: Props) {
  const { hrefOf, can } = useScope();
  const steps = [
    {
      title: "Create an extension",
      detail: "A number with its own secret.",
      done: phones.total > 0,
      href: `${hrefOf("extensions")}?new=1`,
      act: "Create extension",
    },
    {
      title: "Connect a phone",
      detail: "An app by QR code, or any SIP phone.",
      done: phones.online > 0,
      href: hrefOf("extensions"),
      act: "Connect a phone",
    },
    {
      title: "Hear yourself",
      detail: "Dial *43 on the connected phone.",
      done: false,
      href: hrefOf("live"),
      act: "Watch it live",
    },
  ];
  const current = steps.findIndex((step) => !step.done);
  return (
    <ol className="grid gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-3">
      {steps.map((step, index) => (
        <li className={cx("grid content-start gap-1 p-4", index === current ? "bg-surface" : "bg-bg")} key={step.title}>
          <p className="flex items-center gap-2 font-medium">
            {step.done ? (
              <Icon className="text-ok" name="check" />
            ) : (
              <span aria-hidden="true" className="figures w-4 text-center text-ink-3">
                {index + 1}
              </span>
            )}
            {step.title}
            {step.done && <span className="sr-only">(done)</span>}
          </p>
          <p className="pl-6 text-ink-2">{step.detail}</p>
          {index === current && can("extensions.write") && (
            <p className="pt-2 pl-6">
              <Link className={buttonClass("primary")} href={step.href}>
                {step.act}
              </Link>
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
