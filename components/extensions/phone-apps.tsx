"use client";

import { type ReactNode, useState } from "react";

import { acrobitsCode, zoiperAddress } from "@/components/extensions/app-codes";
import { HeldCode } from "@/components/extensions/held-code";
import { LinphoneLink } from "@/components/extensions/linphone-link";
import type { NewPhone } from "@/components/extensions/new-phone";
import { waveConfig } from "@/components/extensions/wave-config";
import { buttonClass } from "@/components/ui/button-class";
import { cx } from "@/components/ui/cx";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ phone: NewPhone; displayName: string }>;

type App = Readonly<{ key: string; name: string; note: string; content: ReactNode }>;

/** One tile for each app: every one of them reads something else. */
export function PhoneApps({ phone, displayName }: Props) {
  const { acrobitsCloudId, zoiperProviderId } = phone.apps;
  const [chosen, setChosen] = useState("linphone");
  const apps: App[] = [
    {
      key: "linphone",
      name: "Linphone",
      note: t("iPhone, Android, computers"),
      content: <LinphoneLink phone={phone} />,
    },
    {
      key: "wave",
      name: t("Grandstream Wave"),
      note: "iPhone, Android",
      content: <Wave displayName={displayName} phone={phone} />,
    },
  ];
  if (acrobitsCloudId) {
    const content = <Groundwire cloudId={acrobitsCloudId} phone={phone} />;
    apps.push({ key: "acrobits", name: "Groundwire", note: t("Also Cloud Softphone"), content });
  }
  if (zoiperProviderId) {
    const content = <Zoiper phone={phone} providerId={zoiperProviderId} />;
    apps.push({ key: "zoiper", name: "Zoiper", note: t("Goes through Zoiper"), content });
  }
  return (
    <div className="grid gap-4">
      <fieldset className="grid grid-cols-2 gap-2 sm:grid-cols-4">
        <legend className="sr-only">{t("App")}</legend>
        {apps.map((app) => (
          <label
            className={cx(
              "grid min-h-12 cursor-pointer content-center rounded-md border px-3 py-1.5 has-focus-visible:outline-2",
              app.key === chosen ? "border-accent bg-accent-soft" : "border-outline hover:bg-sunken",
            )}
            key={app.key}
          >
            <input
              checked={app.key === chosen}
              className="sr-only"
              name="app"
              onChange={() => setChosen(app.key)}
              type="radio"
            />
            <span className="font-medium">{app.name}</span>
            <span className="text-xs text-ink-2">{app.note}</span>
          </label>
        ))}
      </fieldset>
      {apps.find((app) => app.key === chosen)?.content}
    </div>
  );
}

function Wave({ phone, displayName }: Props) {
  return (
    <HeldCode label={t("Account for Grandstream Wave")} text={waveConfig({ ...phone, displayName })}>
      <li>{t("Install Grandstream Wave on the phone; it costs nothing.")}</li>
      <li>{t("Settings → Account settings → + → Scan QR code.")}</li>
      <li>{t("Show the code, and point the camera at it.")}</li>
    </HeldCode>
  );
}

function Groundwire({ phone, cloudId }: Readonly<{ phone: NewPhone; cloudId: string }>) {
  return (
    <HeldCode label={t("Account for Groundwire")} text={acrobitsCode(phone, cloudId)}>
      <li>{t("Install Groundwire or Cloud Softphone on the phone.")}</li>
      <li>{t("New account → Scan QR code.")}</li>
      <li>{t("Show the code, and point the camera at it.")}</li>
    </HeldCode>
  );
}

function Zoiper({ phone, providerId }: Readonly<{ phone: NewPhone; providerId: string }>) {
  const [agreed, setAgreed] = useState(false);
  return (
    <div className="grid justify-items-start gap-3">
      <Notice title={t("Zoiper draws its code itself.")} tone="warn">
        {t(
          "For that the secret of this extension is sent to oem.zoiper.com, a company that we have no hand in. Choose another app if that must not be.",
        )}
      </Notice>
      <label className="flex min-h-8 items-center gap-2">
        <input checked={agreed} onChange={(event) => setAgreed(event.target.checked)} type="checkbox" />
        {t("Send the secret to Zoiper")}
      </label>
      {agreed && (
        <a className={buttonClass()} href={zoiperAddress(phone, providerId)} rel="noopener noreferrer" target="_blank">
          {t("Open Zoiper's code")}
        </a>
      )}
    </div>
  );
}
