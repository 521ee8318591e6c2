"use client";

import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { saveText } from "@/components/ui/save-text";
import { t } from "@/server/kernel/words";

/** Ten codes in the clear. They came with this answer and are asked for never again. */
export function RecoveryCodes({ codes, onDone }: Readonly<{ codes: readonly string[]; onDone: () => void }>) {
  const save = () => saveText("ringfence-recovery-codes.csv", ["code", ...codes].join("\r\n"));
  return (
    <div className="grid gap-4">
      <p className="text-ink-2">
        {t(
          "Each of these signs you in once when your phone is gone. Keep them on paper or in a password manager; they are shown only now.",
        )}
      </p>
      <ol aria-label={t("Recovery codes")} className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border bg-bg p-3">
        {codes.map((code) => (
          <li className="font-mono" key={code}>
            {code}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap justify-end gap-2">
        <CopyButton label={t("Copy the codes")} text={codes.join("\n")}>
          {t("Copy")}
        </CopyButton>
        <Button onClick={save}>{t("Save as CSV")}</Button>
        <Button onClick={() => window.print()}>{t("Print")}</Button>
        <Button look="primary" onClick={onDone}>
          {t("I have kept them")}
        </Button>
      </div>
    </div>
  );
}
