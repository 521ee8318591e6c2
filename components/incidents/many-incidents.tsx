"use client";

import { useState } from "react";

import type { IncidentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { SnoozeIncidents } from "@/components/incidents/snooze-incidents";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly IncidentRow[]; onDone: () => void }>;

/** What can be done to all that are chosen. Merging by key is pressed twice: once to see into which, once to do it; who clicks has read it. */
export function ManyIncidents({ rows, onDone }: Props) {
  const { tenantSlug } = useScope();
  const { mergeMany } = useIncident(onDone);
  const [sure, setSure] = useState(false);
  const [snoozing, setSnoozing] = useState(false);
  const ids = rows.map(({ id }) => id);
  // The oldest keeps its number: people have spoken of it longest.
  const into = rows.reduce<IncidentRow | undefined>(
    (oldest, row) => (oldest && Number(oldest.number) <= Number(row.number) ? oldest : row),
    undefined,
  );
  const merge = (seen: boolean) => {
    if (!into) return;
    if (seen) mergeMany.mutate({ tenantSlug, incidentIds: ids, intoIncidentId: into.id });
    setSure(!seen);
  };
  return (
    <div
      aria-label={t("What is chosen")}
      className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-2 rounded-lg border bg-surface px-3 py-2 shadow-lg"
      role="toolbar"
    >
      <p aria-live="polite" className="figures me-auto font-medium">
        {t("{n, plural, one {# chosen} other {# chosen}}", { n: rows.length })}
        {sure && into && (
          <span className="font-normal text-ink-2">
            {" "}
            {t("· once more merges them into {number}", { number: into.number })}
          </span>
        )}
      </p>
      {rows.length > 1 && into && (
        <Button
          busy={mergeMany.isPending && t("Merging…")}
          data-shortcut="m"
          look={sure ? "primary" : "plain"}
          // Keys press without a pointer.
          onClick={({ detail }) => merge(sure || detail > 0)}
        >
          {t("Merge into {number}", { number: into.number })}
        </Button>
      )}
      <Button data-shortcut="h" onClick={() => setSnoozing(true)}>
        {t("Snooze…")}
      </Button>
      <Button look="quiet" onClick={onDone}>
        {t("Clear choice")}
      </Button>
      {mergeMany.error && <ErrorState {...refusalOf(mergeMany.error)} />}
      {snoozing && (
        <SnoozeIncidents
          incidentIds={ids}
          onClose={() => setSnoozing(false)}
          onDone={onDone}
          title={snoozeTitle(rows)}
        />
      )}
    </div>
  );
}

const snoozeTitle = (rows: Props["rows"]): string =>
  rows[0] && rows.length === 1
    ? t("Snooze incident {number}", { number: rows[0].number })
    : t("Snooze {n, plural, one {# incident} other {# incidents}}", { n: rows.length });
