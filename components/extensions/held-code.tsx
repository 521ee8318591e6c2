"use client";

import { type ReactNode, useEffect, useState } from "react";

import { QrConnect } from "@/components/extensions/qr-connect";
import { Button } from "@/components/ui/button";
import { t } from "@/server/kernel/words";

/** Long enough to point a camera at it, short enough not to stay on a screen that somebody walks away from. */
const SHOWN_MS = 30_000;

type Props = Readonly<{ text: string; label: string; children: ReactNode }>;

/** A code that holds the secret itself: drawn in the browser when asked for, for half a minute, and never by the server. */
export function HeldCode({ text, label, children }: Props) {
  const [shown, setShown] = useState(false);

  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);

  return (
    <div className="flex flex-wrap gap-4">
      {shown ? (
        <QrConnect label={label} text={text} />
      ) : (
        <div className="grid size-56 place-content-center justify-items-center gap-3 rounded-lg border bg-sunken p-4 text-center">
          <p className="text-ink-2">{t("The code holds the secret: let nobody photograph it.")}</p>
          <Button onClick={() => setShown(true)}>{t("Show the code")}</Button>
        </div>
      )}
      <ol className="grid max-w-60 min-w-48 flex-1 list-decimal content-start gap-2 ps-4 text-ink-2">{children}</ol>
    </div>
  );
}
