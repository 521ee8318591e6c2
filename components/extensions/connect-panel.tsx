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

type Props = Readonly<{ phone: NewPhone; displayName: string }>;

/** Everything a phone needs, the secret this once, and live what the telephone system sees of it. */
export function ConnectPanel({ phone, displayName }: Props) {
  const [since] = useState(() => new Date());
  const server = `${phone.sipDomain}:${phone.sipPort}`;
  return (
    <div className="grid gap-4">
      <Notice title="The secret is shown this once." tone="warn">
        Set up the phone now, or keep the secret in a password manager. If it is lost, rotate it.
      </Notice>
      <Tabs
        label="Ways to connect"
        tabs={[
          { key: "manual", label: "Any phone", content: <ByHand phone={phone} /> },
          { key: "qr", label: "Phone app (QR)", content: <ByCode displayName={displayName} phone={phone} /> },
        ]}
      />
      <ConnectSteps extensionId={phone.id} server={server} since={since} transport={phone.transport} />
    </div>
  );
}

function ByHand({ phone }: Readonly<{ phone: NewPhone }>) {
  const lines = [
    ["Server", phone.sipDomain],
    ["Port", String(phone.sipPort)],
    ["Transport", phone.transport.toUpperCase()],
    ["User name", phone.sipUsername],
  ] as const;
  return (
    <div className="grid gap-3">
      <Facts
        facts={lines.map(([label, text]) => ({
          label,
          value: <code>{text}</code>,
          end: <CopyButton label={`Copy the ${label.toLowerCase()}`} text={text} />,
        }))}
      />
      <div className="grid gap-1">
        <p className="text-ink-3">Secret</p>
        <SecretOnce secret={phone.secretOnce} />
      </div>
    </div>
  );
}

function ByCode({ phone, displayName }: Props) {
  return (
    <div className="flex flex-wrap gap-4">
      <QrConnect label="Account for Grandstream Wave" text={waveConfig({ ...phone, displayName })} />
      <ol className="grid max-w-60 flex-1 list-decimal content-start gap-2 pl-4 text-ink-2">
        <li>Install Grandstream Wave on the phone; it costs nothing.</li>
        <li>Settings → Account settings → + → Scan QR code.</li>
        <li>Point the camera here. The code holds the secret, so let nobody photograph it.</li>
      </ol>
    </div>
  );
}
