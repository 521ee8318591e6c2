"use client";

import { useState } from "react";

import { ConnectSteps } from "@/components/extensions/connect-steps";
import { QrConnect } from "@/components/extensions/qr-connect";
import { SecretOnce } from "@/components/extensions/secret-once";
import { waveConfig } from "@/components/extensions/wave-config";
import { CopyButton } from "@/components/ui/copy-button";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Tabs } from "@/components/ui/tabs";

export type NewPhone = Readonly<{
  id: string;
  sipUsername: string;
  secretOnce: string;
  sipDomain: string;
  sipPort: number;
  transport: string;
}>;

/** Everything a phone needs, the secret this once, and live what the telephone system sees of it. */
export function ConnectPanel({ phone, displayName }: Readonly<{ phone: NewPhone; displayName: string }>) {
  const [since] = useState(() => new Date());
  const server = `${phone.sipDomain}:${phone.sipPort}`;
  const facts = [
    {
      label: "Server",
      value: <code>{phone.sipDomain}</code>,
      end: <CopyButton label="Copy the server" text={phone.sipDomain} />,
    },
    {
      label: "Port",
      value: <code>{phone.sipPort}</code>,
      end: <CopyButton label="Copy the port" text={String(phone.sipPort)} />,
    },
    { label: "Transport", value: <code>{phone.transport.toUpperCase()}</code> },
    {
      label: "User name",
      value: <code>{phone.sipUsername}</code>,
      end: <CopyButton label="Copy the user name" text={phone.sipUsername} />,
    },
  ];
  return (
    <div className="grid gap-4">
      <Notice title="The secret is shown this once." tone="warn">
        Set up the phone now, or keep the secret in a password manager. If it is lost, rotate it.
      </Notice>
      <Tabs
        label="Ways to connect"
        tabs={[
          {
            key: "manual",
            label: "Any phone",
            content: (
              <div className="grid gap-3">
                <Facts facts={facts} />
                <div className="grid gap-1">
                  <p className="text-ink-3">Secret</p>
                  <SecretOnce secret={phone.secretOnce} />
                </div>
              </div>
            ),
          },
          {
            key: "qr",
            label: "Phone app (QR)",
            content: (
              <div className="flex flex-wrap gap-4">
                <QrConnect label="Account for Grandstream Wave" text={waveConfig({ ...phone, displayName })} />
                <ol className="grid max-w-60 flex-1 list-decimal content-start gap-2 pl-4 text-ink-2">
                  <li>Install Grandstream Wave on the phone; it costs nothing.</li>
                  <li>Settings → Account settings → + → Scan QR code.</li>
                  <li>Point the camera here. The code holds the secret, so let nobody photograph it.</li>
                </ol>
              </div>
            ),
          },
        ]}
      />
      <ConnectSteps extensionId={phone.id} server={server} since={since} transport={phone.transport} />
    </div>
  );
}
