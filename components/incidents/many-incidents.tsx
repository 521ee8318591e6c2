"use client";

import { useState } from "react";

import type { IncidentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { ActOnMany, type ManyAct } from "@/components/incidents/act-on-many";
import { ContainMany } from "@/components/incidents/contain-many";
import { SnoozeIncidents } from "@/components/incidents/snooze-incidents";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly IncidentRow[]; onDone: () => void }>;

/** What can be done to all that are chosen, and what became of each. */
export function ManyIncidents({ rows, onDone }: Props) {
  // What was chosen may leave the list by what is done to it; what became of it is still to be read.
  const [acting, setActing] = useState<Readonly<{ act: ManyAct | "contain"; rows: Props["rows"] }>>();
  const close = () => setActing(undefined);
  return (
    <>
      {rows.length > 0 && <Chosen onAct={(act) => setActing({ act, rows })} onDone={onDone} rows={rows} />}
      {acting?.act === "contain" && <ContainMany onClose={close} onDone={onDone} rows={acting.rows} />}
      {acting && acting.act !== "contain" && (
        <ActOnMany act={acting.act} onClose={close} onDone={onDone} rows={acting.rows} />
      )}
    </>
  );
}

/** The bar of what is chosen. Merging by key is pressed twice: once to see into which, once to do it; who clicks has read it. */
function Chosen({ rows, onDone, onAct }: Props & Readonly<{ onAct: (act: ManyAct | "contain") => void }>) {
  const { tenantSlug } = useScope();
  const { mergeMany } = useIncident(onDone);
  const [sure, setSure] = useState(false);
  const [snoozing, setSnoozing] = useState(false);
  const ids = rows.map(({ id }) => id);
  const into = oldestOf(rows);
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
      <Count into={sure ? into : undefined} n={rows.length} />
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
      <Acts onAct={onAct} />
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

/** How many are chosen, and what one more press does. */
function Count({ n, into }: Readonly<{ n: number; into: IncidentRow | undefined }>) {
  return (
    <p aria-live="polite" className="figures me-auto font-medium">
      {t("{n, plural, one {# chosen} other {# chosen}}", { n })}
      {into && (
        <span className="font-normal text-ink-2">
          {" "}
          {t("· once more merges them into {number}", { number: into.number })}
        </span>
      )}
    </p>
  );
}

/** The oldest keeps its number: people have spoken of it longest. */
const oldestOf = (rows: Props["rows"]): IncidentRow | undefined =>
  rows.reduce<IncidentRow | undefined>(
    (oldest, row) => (oldest && Number(oldest.number) <= Number(row.number) ? oldest : row),
    undefined,
  );

/** What is done to each of them by itself, by the keys of the room. */
function Acts({ onAct }: Readonly<{ onAct: (act: ManyAct | "contain") => void }>) {
  return (
    <>
      <Button data-shortcut="c" look="danger" onClick={() => onAct("contain")}>
        {t("Contain…")}
      </Button>
      <Button data-shortcut="a" onClick={() => onAct("assign")}>
        {t("Give to…")}
      </Button>
      <Button data-shortcut="s" onClick={() => onAct("rate")}>
        {t("Severity…")}
      </Button>
      <Button data-shortcut="3" onClick={() => onAct("dismiss")}>
        {t("Dismiss…")}
      </Button>
    </>
  );
}

const snoozeTitle = (rows: Props["rows"]): string =>
  rows[0] && rows.length === 1
    ? t("Snooze incident {number}", { number: rows[0].number })
    : t("Snooze {n, plural, one {# incident} other {# incidents}}", { n: rows.length });
