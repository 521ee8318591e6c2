"use client";

import Link from "next/link";

import { useMayPhone } from "@/components/phone/phone-button";
import { askForPhone } from "@/components/phone/phone-store";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ phones: Readonly<{ online: number; total: number }> }>;

/** It says a sentence, then gives back whatever it hears; it costs nothing. */
const ECHO = "*43";

/** Three steps to the first call; it goes away with it. */
export function OnboardingStrip({ phones }: Props) {
  const { hrefOf, can } = useScope();
  const mayPhone = useMayPhone();
  const steps = [
    {
      title: t("Create an extension"),
      detail: t("A number with its own secret."),
      done: phones.total > 0,
      href: `${hrefOf("extensions")}?new=1`,
      act: t("Create extension"),
    },
    {
      title: t("Connect a phone"),
      detail: t("This browser, an app by QR code, or any SIP phone."),
      done: phones.online > 0,
      href: hrefOf("extensions"),
      act: t("Connect a phone"),
    },
    {
      title: t("Hear yourself"),
      detail: t("Dial *43 on the connected phone."),
      done: false,
      href: hrefOf("live"),
      act: t("Watch it live"),
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
            {step.done && <span className="sr-only">{t("(done)")}</span>}
          </p>
          <p className="ps-6 text-ink-2">{step.detail}</p>
          {index === current && can("extensions.write") && (
            <Act href={step.href} title={step.act} withPhone={mayPhone && index > 0} />
          )}
        </li>
      ))}
    </ol>
  );
}

function Act({ title, href, withPhone }: Readonly<{ title: string; href: string; withPhone: boolean }>) {
  const { tenantSlug } = useScope();
  return (
    <div className="grid justify-items-start gap-2 pt-2 ps-6">
      {withPhone && (
        <Button data-shortcut="n" look="primary" onClick={() => askForPhone({ tenantSlug, dial: ECHO })}>
          {t("Call the echo test from this browser")}
        </Button>
      )}
      <Link
        className={buttonClass(withPhone ? "plain" : "primary")}
        data-shortcut={withPhone ? undefined : "n"}
        href={href}
      >
        {title}
      </Link>
    </div>
  );
}
