"use client";

import { useQueries } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { RetentionLine } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { actionText } from "@/components/retention/retention-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { classWords, retentionClasses } from "@/server/domain/retention/retention-kinds.schema";

const columns: readonly Column<RetentionLine>[] = [
  { key: "class", header: "Class", fold: "lead", cell: ({ class: of }) => classWords[of].name },
  { key: "tenant", header: "Tenant", fold: "second", cell: ({ tenant }) => tenant },
  { key: "cutoff", header: "Older than", from: "lg", cell: ({ cutoff }) => cutoff.toISOString().slice(0, 10) },
  {
    key: "due",
    header: "Would go",
    fold: "lead-end",
    numeric: true,
    cell: ({ due, action }) => `${due} ${actionText(action)}`,
  },
  {
    key: "held",
    header: "Held back",
    fold: "second-end",
    numeric: true,
    cell: ({ held }) => (held > 0n ? `${held} held` : "–"),
  },
];

/** Counts what a sweep would take, class by class, and changes nothing. */
export function DryRun() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const [asked, setAsked] = useState(false);
  const counts = useQueries({
    queries: retentionClasses.map((of) =>
      trpc.retention.dryRun.queryOptions({ tenantSlug, class: of }, { enabled: asked, gcTime: 0 }),
    ),
  });
  const busy = counts.some(({ isFetching }) => isFetching);
  const failed = counts.find(({ error }) => error)?.error;
  const again = () => (asked ? counts.forEach(({ refetch }) => void refetch()) : setAsked(true));
  return (
    <Section
      aside={
        <Button busy={busy && "Counting…"} look="quiet" onClick={again}>
          {asked ? "Count again" : "Count"}
        </Button>
      }
      level={2}
      title="What a sweep would take now"
    >
      {failed && <ErrorState {...refusalOf(failed)} />}
      {!asked && (
        <p className="text-ink-2">A dry run counts every row that is older than its policy. It changes nothing.</p>
      )}
      {asked && !busy && !failed && (
        <DataTable
          caption="What a sweep would take now"
          columns={columns}
          empty={<Empty title="Nothing is older than its policy." />}
          rowKey={({ class: of, tenant }) => `${of} ${tenant}`}
          rows={counts.flatMap(({ data }) => data ?? [])}
        />
      )}
    </Section>
  );
}
