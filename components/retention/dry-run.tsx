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
import { say, t } from "@/server/kernel/words";

const columns = (): readonly Column<RetentionLine>[] => [
  { key: "class", header: t("Class"), fold: "lead", cell: ({ class: of }) => say(classWords[of].name) },
  { key: "tenant", header: t("Tenant"), fold: "second", cell: ({ tenant }) => tenant },
  { key: "cutoff", header: t("Older than"), from: "lg", cell: ({ cutoff }) => cutoff.toISOString().slice(0, 10) },
  {
    key: "due",
    header: t("Would go"),
    fold: "lead-end",
    numeric: true,
    cell: ({ due, action }) => t("{n} {action}", { n: due, action: actionText(action) }),
  },
  {
    key: "held",
    header: t("Held back"),
    fold: "second-end",
    numeric: true,
    cell: ({ held }) => (held > 0n ? String(held) : "–"),
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
        <Button busy={busy && t("Counting…")} look="quiet" onClick={again}>
          {asked ? t("Count again") : t("Count")}
        </Button>
      }
      level={2}
      title={t("What a sweep would take now")}
    >
      {failed && <ErrorState {...refusalOf(failed)} />}
      {!asked && (
        <p className="text-ink-2">
          {t("A dry run counts every row that is older than its policy. It changes nothing.")}
        </p>
      )}
      {asked && !busy && !failed && (
        <DataTable
          caption={t("What a sweep would take now")}
          columns={columns()}
          empty={<Empty title={t("Nothing is older than its policy.")} />}
          rowKey={({ class: of, tenant }) => `${of} ${tenant}`}
          rows={counts.flatMap(({ data }) => data ?? [])}
        />
      )}
    </Section>
  );
}
