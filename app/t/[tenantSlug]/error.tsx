"use client";

import { buttonClass } from "@/components/ui/button-class";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** The shell stays; only this page could not be drawn. Its code comes with every page, so it is small. */
export default function PageError({ error, reset }: Props) {
  const code = error.digest ?? "page";
  // Its code is gone after a new build, or the connection was: trying once more asks for the same that is not there.
  const missing = error.name === "ChunkLoadError" || /chunk|imported module/i.test(error.message);
  return (
    <div className="grid max-w-prose justify-items-start gap-3 pt-8" role="alert">
      <h1 className="text-xl font-semibold tracking-tight">
        {missing ? t("This page could not be loaded") : t("This page could not be drawn")}
      </h1>
      <p className="text-md text-ink-2">
        {missing
          ? t("The portal may have been updated meanwhile. Calls and charges go on; reload to go on here.")
          : t("Calls and charges go on. Try again, and quote the code if it stays.")}
      </p>
      <p className="font-mono text-xs text-ink-3">{code}</p>
      <button className={buttonClass("primary")} onClick={missing ? () => location.reload() : reset} type="button">
        {missing ? t("Reload") : t("Try again")}
      </button>
    </div>
  );
}
