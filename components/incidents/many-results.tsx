"use client";

import type { ReactNode } from "react";

import type { IncidentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import type { OfMany } from "@/components/incidents/use-many";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  title: string;
  results: readonly OfMany[];
  rows: readonly IncidentRow[];
  onClose: () => void;
  /** What else there is to say of one that was done. */
  more?: (incidentId: string) => ReactNode;
  size?: "narrow" | "middle";
}>;

/** What became of each: the refused ones first, because somebody has to look at them. */
export function ManyResults({ title, results, rows, onClose, more, size = "narrow" }: Props) {
  const done = results.filter((one) => one.done).length;
  const sorted = results.toSorted((a, b) => Number(a.done) - Number(b.done));
  return (
    <Dialog onClose={onClose} size={size} title={title}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <p aria-live="polite" className="font-medium">
          {t("{done} of {n} done", { done, n: results.length })}
        </p>
        <ul>
          {sorted.map((one) => {
            const row = rows.find(({ id }) => id === one.incidentId);
            return (
              <li className="border-b py-1.5" key={one.incidentId}>
                <span className="flex items-baseline justify-between gap-4">
                  <span className="min-w-0 truncate">
                    {row?.number} {row?.title}
                  </span>
                  <span className={one.done ? "text-ok" : "font-medium text-bad"}>
                    {one.done ? t("Done") : t("Refused")}
                  </span>
                </span>
                {one.done ? more?.(one.incidentId) : <p className="text-ink-2">{whyText(one)}</p>}
              </li>
            );
          })}
        </ul>
        <div className="flex justify-end">
          <Button data-first="" look="primary" onClick={onClose}>
            {t("Close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** As the page says it of one alone. */
const whyText = ({ code, sentence }: Readonly<{ code: string; sentence: string | null }>): string =>
  refusalOf({ data: { domainCode: code, sentence } }).title;
