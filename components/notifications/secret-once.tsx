"use client";

import { Button } from "@/components/ui/button";
import { CopyLine } from "@/components/ui/copy-line";
import { Dialog } from "@/components/ui/dialog";
import { t } from "@/server/kernel/words";

/** The secret of a webhook, this once. */
export function SecretOnce({ secret, onClose }: Readonly<{ secret: string; onClose: () => void }>) {
  return (
    <Dialog onClose={onClose} title={t("The secret of the webhook")}>
      <div className="grid gap-4">
        <p className="text-ink-2">
          {t(
            "It is shown this once. Every message is signed with it as Standard Webhooks say: HMAC-SHA256 over id, time and body. Refuse what is not signed, or is older than five minutes.",
          )}
        </p>
        <CopyLine label={t("Secret")} text={secret} />
        <div className="flex justify-end">
          <Button data-first="" look="primary" onClick={onClose}>
            {t("I have it")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
