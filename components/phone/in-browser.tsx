"use client";

import { askForPhone } from "@/components/phone/phone-store";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { t } from "@/server/kernel/words";

/** The way to connect that needs no device: this page becomes the phone, with a credential of its own. */
export function InBrowser({ extensionId }: Readonly<{ extensionId: string }>) {
  const { tenantSlug } = useScope();
  const ask = (element: HTMLElement, dial?: string) => {
    // The phone stands in the page, behind whatever dialog this is in.
    element.closest("dialog")?.close();
    askForPhone({ tenantSlug, extensionId, dial });
  };
  return (
    <div className="grid gap-3">
      <p className="max-w-prose text-ink-2">
        {t(
          "This page rings and calls as this extension while it is open, with a credential of its own that ends by itself. The browser asks whether it may use the microphone.",
        )}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={({ currentTarget }) => ask(currentTarget, "*43")}>
          {t("Call the echo test")}
        </Button>
        <Button onClick={({ currentTarget }) => ask(currentTarget)}>{t("Open the phone")}</Button>
      </div>
    </div>
  );
}
