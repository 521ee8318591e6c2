"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { ErasureRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { EraseDialog } from "@/components/retention/erase-dialog";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { momentText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Section } from "@/components/ui/section";
import { erasureWordsOf } from "@/server/domain/subjects/erasure-kinds.schema";

const WATCH_MS = 2_000;
const isGoing = ({ state }: ErasureRow) => state === "queued" || state === "running";

/** Forgetting a number or a person: asked for, counted first, and what came of each. */
export function ErasureSection() {
  const { tenantSlug, can, timeZone } = useScope();
  const [asking, setAsking] = useState(false);
  const erasures = useQuery(
    useTRPC().subjects.erasures.queryOptions(
      { tenantSlug },
      { refetchInterval: ({ state }) => (state.data?.some(isGoing) ? WATCH_MS : false) },
    ),
  );
  const columns: readonly Column<ErasureRow>[] = [
    { key: "when", header: "When", fold: "second", cell: ({ askedAt }) => momentText(askedAt, timeZone) },
    {
      key: "what",
      header: "What",
      fold: "lead",
      cell: ({ kind, countsOnly, token }) => (
        <>
          {countsOnly ? "Counted" : "Erased"}: {kind === "number" ? "a number" : "a person"}{" "}
          <code className="text-xs text-ink-3">{token}</code>
        </>
      ),
    },
    { key: "why", header: "Why", from: "lg", cell: ({ reason }) => reason },
    { key: "by", header: "By", from: "lg", cell: ({ askedBy }) => askedBy },
    { key: "state", header: "State", fold: "lead-end", cell: (row) => <State row={row} /> },
    { key: "found", header: "Found", fold: "below", grow: true, cell: (row) => <Found row={row} /> },
  ];
  return (
    <Section
      aside={
        can("retention.write") && (
          <Button look="quiet" onClick={() => setAsking(true)}>
            Erase somebody
          </Button>
        )
      }
      level={2}
      title="Erasure"
    >
      <QueryView query={erasures}>
        {(rows) => (
          <DataTable
            caption="Erasures"
            columns={columns}
            empty={
              <Empty title="Nobody asked to be forgotten.">
                A number or a person is forgotten at every tenant; what law or a hold keeps is counted and said.
              </Empty>
            }
            rowKey={({ id }) => id}
            rows={rows}
          />
        )}
      </QueryView>
      {asking && <EraseDialog onClose={() => setAsking(false)} />}
    </Section>
  );
}

function State({ row }: Readonly<{ row: ErasureRow }>) {
  if (isGoing(row)) return <span className="text-info">under way</span>;
  if (row.state === "failed") return <span className="text-bad">{row.error ?? "failed"}</span>;
  return row.state === "cancelled" ? "stopped" : "done";
}

/** What was found by kind, in words; what became of each stands in its title. */
function Found({ row }: Readonly<{ row: ErasureRow }>) {
  if (row.lines.length === 0) return isGoing(row) ? "–" : "nothing";
  return (
    <ul className="grid gap-0.5">
      {row.lines.map(({ relation, erased, held, kept }) => {
        const { name, does } = erasureWordsOf(relation);
        const counts = [erased > 0n && String(erased), held > 0n && `${held} held`, kept > 0n && `${kept} kept`].filter(
          Boolean,
        );
        return (
          <li key={relation}>
            {name}: {counts.join(", ")} <span className="text-ink-3">{does}</span>
          </li>
        );
      })}
    </ul>
  );
}
