"use client";

import Link from "next/link";

import type { Outputs } from "@/components/api/outputs";
import { SecretOnce } from "@/components/extensions/secret-once";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { CopyLine } from "@/components/ui/copy-line";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ result: Outputs["tenants"]["onboard"]; onDone: () => void }>;

/** What was made, with what is shown only now. */
export function Onboarded({ result, onDone }: Props) {
  const { extension } = result;
  return (
    <div className="grid gap-5">
      <Notice title={t("Link and secret are shown this once.")} tone="warn">
        {result.mailed
          ? t("The admin gets the link by mail as well. Keep the secret for the first phone.")
          : t("Send the link to the admin. Keep the secret for the first phone.")}
      </Notice>
      <CopyLine label={t("Invitation link")} text={result.invitationUrl} />
      <Section title={t("Extension {number}", { number: extension.number })}>
        <Facts
          facts={[
            {
              label: t("Server"),
              value: <code>{`${extension.sipDomain}:${extension.sipPort} ${extension.transport.toUpperCase()}`}</code>,
            },
            { label: t("User name"), value: <code>{extension.sipUsername}</code> },
          ]}
        />
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
