"use client";

import { useState } from "react";

import type { IncidentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { SnoozeIncidents } from "@/components/incidents/snooze-incidents";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";

type Props = Readonly<{ rows: readonly IncidentRow[]; onDone: () => void }>;

/** What can be done to all that are chosen. Merging is pressed twice: once to see into which, once to do it. */
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
  const merge = () => {
    if (!into) return;
    if (sure) mergeMany.mutate({ tenantSlug, incidentIds: ids, intoIncidentId: into.id });
    setSure(!sure);
  };
  return (
    <div
      aria-label="What is chosen"
      className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-2 rounded-lg border bg-surface px-3 py-2 shadow-lg"
      role="toolbar"
    >
      <p aria-live="polite" className="figures mr-auto font-medium">
        {rows.length} chosen
        {sure && into && <span className="font-normal text-ink-2"> · once more merges them into {into.number}</span>}
      </p>
      {rows.length > 1 && into && (
        <Button
          busy={mergeMany.isPending && "Merging…"}
          data-shortcut="m"
          look={sure ? "primary" : "plain"}
          onClick={merge}
        >
          Merge into {into.number}
        </Button>
      )}
      <Button data-shortcut="h" onClick={() => setSnoozing(true)}>
        Snooze…
      </Button>
      <Button look="quiet" onClick={onDone}>
        Clear choice
      </Button>
      {mergeMany.error && <ErrorState {...refusalOf(mergeMany.error)} />}
      {snoozing && (
        <SnoozeIncidents
          incidentIds={ids}
          onClose={() => setSnoozing(false)}
          onDone={onDone}
          title={rows.length === 1 ? `Snooze incident ${rows[0]?.number}` : `Snooze ${rows.length} incidents`}
        />
      )}
    </div>
  );
}
