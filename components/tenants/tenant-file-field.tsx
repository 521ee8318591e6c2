"use client";

import { useId } from "react";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

const NEEDED = "name, short_name, owner_mail";
const OPTIONAL = "plan, credit, currency, time_zone, country, kind, daily_cap, monthly_cap, max_calls, key";

type Props = Readonly<{ problem: string | undefined; onFile: (file: File | undefined) => void }>;

/** The file, and what its columns may be called. */
export function TenantFileField({ problem, onFile }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label className="font-medium" htmlFor={id}>
        {t("File")}
      </label>
      <input
        accept=".csv,.txt,text/csv"
        aria-describedby={problem ? `${id}-hint ${id}-problem` : `${id}-hint`}
        aria-invalid={problem ? true : undefined}
        className="control py-1"
        id={id}
        onChange={(event) => onFile(event.target.files?.[0])}
        type="file"
      />
      <p className="text-xs text-ink-3" id={`${id}-hint`}>
        {rich(
          "A line of column names, then a row for each: <needed></needed> are needed, <optional></optional> may be there. What is left out is as with you. A row is known by its key, or its short name: sent again, it makes nobody twice.",
          { needed: () => <code>{NEEDED}</code>, optional: () => <code>{OPTIONAL}</code> },
        )}
      </p>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
