"use client";

import { useState } from "react";
import { ConnectSteps } from "@/components/extensions/connect-steps";
import { DeskPhone } from "@/components/extensions/desk-phone";
import type { NewPhone } from "@/components/extensions/new-phone";
import { PhoneApps } from "@/components/extensions/phone-apps";
import { SecretOnce } from "@/components/extensions/secret-once";
import { InBrowser } from "@/components/phone/in-browser";
import { useMayPhone } from "@/components/phone/phone-button";
import { CopyButton } from "@/components/ui/copy-button";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Tabs } from "@/components/ui/tabs";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ phone: NewPhone; displayName: string }>;

/** Everything a phone needs, the secret this once, and live what the telephone system sees of it. */
export function ConnectPanel({ phone, displayName }: Props) {
  const [since] = useState(() => new Date());
  const mayPhone = useMayPhone();
  const server = `${phone.sipDomain}:${phone.sipPort}`;
  return (
    <div className="grid gap-4">
      <Notice title={t("The secret is shown this once.")} tone="warn">
        {t("Set up the phone now, or keep the secret in a password manager. If it is lost, rotate it.")}
      </Notice>
      <Tabs
        label={t("Ways to connect")}
        tabs={[
          { key: "manual", label: t("Any phone"), content: <ByHand phone={phone} /> },
          { key: "app", label: t("Phone app"), content: <PhoneApps displayName={displayName} phone={phone} /> },
          { key: "desk", label: t("Desk phone"), content: <DeskPhone phone={phone} /> },
          ...(mayPhone
            ? [{ key: "browser", label: t("This browser"), content: <InBrowser extensionId={phone.id} /> }]
            : []),
        ]}
      />
      <ConnectSteps
        extensionId={phone.id}
        server={server}
        since={since}
        transport={phone.transport}
        username={phone.sipUsername}
      />
    </div>
  );
}

function ByHand({ phone }: Readonly<{ phone: NewPhone }>) {
  const lines = [
    [t("Server"), phone.sipDomain, t("Copy the server")],
    [t("Port"), String(phone.sipPort), t("Copy the port")],
    [t("Transport"), phone.transport.toUpperCase(), t("Copy the transport")],
    [t("User name"), phone.sipUsername, t("Copy the user name")],
  ] as const;
  return (
    <div className="grid gap-3">
      <Facts
        facts={lines.map(([label, text, copy]) => ({
          label,
          value: <code>{text}</code>,
          end: <CopyButton label={copy} text={text} />,
        }))}
      />
      <div className="grid gap-1">
        <p className="text-ink-3">{t("Secret")}</p>
        <SecretOnce secret={phone.secretOnce} />
      </div>
    </div>
  );
}
