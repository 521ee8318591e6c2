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
import { say, t } from "@/server/kernel/words";

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
    { key: "when", header: t("When"), fold: "second", cell: ({ askedAt }) => momentText(askedAt, timeZone) },
    {
      key: "what",
      header: t("What"),
      fold: "lead",
      cell: ({ kind, countsOnly, token }) => (
        <>
          {whatText(countsOnly, kind === "number")} <code className="text-xs text-ink-3">{token}</code>
        </>
      ),
    },
    { key: "why", header: t("Why"), from: "lg", cell: ({ reason }) => reason },
    { key: "by", header: t("By"), from: "lg", cell: ({ askedBy }) => askedBy },
    { key: "state", header: t("State"), fold: "lead-end", cell: (row) => <State row={row} /> },
    { key: "found", header: t("Found"), fold: "below", grow: true, cell: (row) => <Found row={row} /> },
  ];
  return (
    <Section
      aside={
        can("retention.write") && (
          <Button look="quiet" onClick={() => setAsking(true)}>
            {t("Erase somebody")}
          </Button>
        )
      }
      level={2}
      title={t("Erasure")}
    >
      <QueryView query={erasures}>
        {(rows) => (
          <DataTable
            caption={t("Erasures")}
            columns={columns}
            empty={
              <Empty title={t("Nobody asked to be forgotten.")}>
                {t("A number or a person is forgotten at every tenant; what law or a hold keeps is counted and said.")}
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

function whatText(countsOnly: boolean, number: boolean): string {
  if (countsOnly) return number ? t("Counted: a number") : t("Counted: a person");
  return number ? t("Erased: a number") : t("Erased: a person");
}

function State({ row }: Readonly<{ row: ErasureRow }>) {
  if (isGoing(row)) return <span className="text-info">{t("under way")}</span>;
  if (row.state === "failed") return <span className="text-bad">{row.error ?? t("failed")}</span>;
  return row.state === "cancelled" ? t("stopped") : t("done");
}

/** What was found by kind, in words; what became of each stands in its title. */
function Found({ row }: Readonly<{ row: ErasureRow }>) {
  if (row.lines.length === 0) return isGoing(row) ? "–" : t("nothing");
  return (
    <ul className="grid gap-0.5">
      {row.lines.map(({ relation, erased, held, kept }) => {
        const { name, does } = erasureWordsOf(relation);
        const counts = [
          erased > 0n && String(erased),
          held > 0n && t("{n} held", { n: held }),
          kept > 0n && t("{n} kept", { n: kept }),
        ].filter(Boolean);
        return (
          <li key={relation}>
            {say(name)}: {counts.join(", ")} <span className="text-ink-3">{say(does)}</span>
          </li>
        );
      })}
    </ul>
  );
}
