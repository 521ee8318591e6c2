"use client";

import Link from "next/link";
import { useEffect, useRef } from "react";

import type { Outputs } from "@/components/api/outputs";
import { SecretOnce } from "@/components/extensions/secret-once";
import { onboardLinks } from "@/components/tenants/onboard-links";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { CopyLine } from "@/components/ui/copy-line";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ result: Outputs["tenants"]["onboard"]; onDone: () => void }>;

/** What was made, with what is shown only now. */
export function Onboarded({ result, onDone }: Props) {
  const { extension } = result;
  const links = onboardLinks(result);
  const whole = useRef<HTMLDivElement>(null);
  // The form is gone, and the button that was pressed with it: the keys go on at what is copied first.
  useEffect(() => whole.current?.querySelector("button")?.focus(), []);
  return (
    <div className="grid gap-5" ref={whole}>
      <Notice title={t("Link and secret are shown this once.")} tone="warn">
        {result.mailed
          ? t("The admin gets the link by mail as well. Keep the secret for the first phone.")
          : t("Send the link to the admin. Keep the secret for the first phone.")}
      </Notice>
      <CopyLine label={t("Invitation link")} text={links.invitation} />
      <CopyLine label={t("Link to its portal")} text={links.portal} />
      <Section title={t("Extension {number}", { number: extension.number })}>
        <CopyLine label={t("Address of the phone")} text={links.phone} />
        <SecretOnce secret={extension.secretOnce} />
      </Section>
      <div className="flex justify-end gap-2">
        <Link className={buttonClass()} href={`/t/${result.tenantSlug}`}>
          {t("Open tenant")}
        </Link>
        <Button look="primary" onClick={onDone}>
          {t("Done")}
        </Button>
      </div>
    </div>
  );
}
