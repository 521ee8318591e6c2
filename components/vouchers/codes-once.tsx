"use client";

import { useEffect, useState } from "react";

import type { Outputs } from "@/components/api/outputs";
import { moneyText } from "@/components/billing/money-text";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ batch: Outputs["vouchers"]["create"]; onClose: () => void }>;

const SHOWN = 5;

/** The codes came with this answer and are asked for never again: the file is how they leave. */
export function CodesOnce({ batch, onClose }: Props) {
  const [file, setFile] = useState<string>();
  const [saved, setSaved] = useState(false);
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([batch.csv], { type: "text/csv" }));
    setFile(url);
    return () => URL.revokeObjectURL(url);
  }, [batch]);
  const { codes } = batch;
  return (
    <Dialog
      holdOpen
      onClose={onClose}
      title={t("{count, plural, one {# code of {worth}} other {# codes of {worth}}}", {
        count: codes.length,
        worth: moneyText(batch.amountMicros, batch.currency),
      })}
    >
      <div className="grid gap-4">
        <Notice title={t("Save the file now.")} tone="warn">
          {t(
            "The codes are shown this once. Nobody can read them again, not even the operator; a lost file means a void batch.",
          )}
        </Notice>
        {batch.waits && (
          <Notice title={t("They count when a second person has approved them.")} tone="info">
            {t("Somebody else with the billing role approves this batch in the list of vouchers.")}
          </Notice>
        )}
        <output aria-label={t("Codes")} className="grid gap-1 font-mono">
          {codes.slice(0, SHOWN).map((code) => (
            <span key={code}>{code}</span>
          ))}
          {codes.length > SHOWN && (
            <span className="font-sans text-ink-3">
              {t("{count, plural, one {and # more in the file} other {and # more in the file}}", {
                count: codes.length - SHOWN,
              })}
            </span>
          )}
        </output>
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            {saved ? t("Done") : t("Close without the file")}
          </Button>
          <a
            className={buttonClass("primary")}
            data-first=""
            download={`vouchers-${batch.id.slice(0, 8)}.csv`}
            href={file}
            onClick={() => setSaved(true)}
          >
            {t("Save as CSV")}
          </a>
        </div>
      </div>
    </Dialog>
  );
}
