"use client";

import "@/app/globals.css";

import { buttonClass } from "@/components/ui/button-class";
import { directionOf } from "@/server/kernel/languages";
import { spoken, t } from "@/server/kernel/words";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** The last net: the whole page failed, so this one brings its own <html>. Its code comes with every page, so it is small. */
export default function GlobalError({ error, reset }: Props) {
  const code = error.digest ?? "page";
  return (
    <html dir={directionOf(spoken())} lang={spoken()}>
      <body>
        <main className="mx-auto grid max-w-88 justify-items-start gap-3 px-4 pt-[18vh]">
          <h1 className="text-2xl font-semibold tracking-tight">{t("The portal could not draw this page")}</h1>
          <p className="text-md text-ink-2">
            {t("Calls and charges go on. Try again, and quote the code if it stays.")}
          </p>
          <p className="font-mono text-xs text-ink-3">{code}</p>
          <button className={buttonClass("primary")} onClick={reset} type="button">
            {t("Try again")}
          </button>
        </main>
      </body>
    </html>
  );
}
