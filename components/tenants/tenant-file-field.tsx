"use client";

import { useId } from "react";

type Props = Readonly<{ problem: string | undefined; onFile: (file: File | undefined) => void }>;

/** The file, and what its columns may be called. */
export function TenantFileField({ problem, onFile }: Props) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label className="font-medium" htmlFor={id}>
        File
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
        A line of column names, then a row for each: <code>name, short_name, owner_mail</code> are needed,{" "}
        <code>plan, credit, currency, time_zone, country, kind, daily_cap, monthly_cap, max_calls, key</code> may be
        there. What is left out is as with you. A row is known by its key, or its short name: sent again, it makes
        nobody twice.
      </p>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
