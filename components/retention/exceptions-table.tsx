"use client";

import type { RetentionBoard } from "@/components/api/outputs";
import { actionText } from "@/components/retention/retention-words";
import { useRetention } from "@/components/retention/use-retention";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { rich } from "@/components/words/rich";
import { classWords } from "@/server/domain/retention/retention-kinds.schema";
import { say, t } from "@/server/kernel/words";

type Row = RetentionBoard["exceptions"][number];

/** Who has another policy than the house, and the way back to it. */
export function ExceptionsTable({ exceptions, writes }: Readonly<{ exceptions: readonly Row[]; writes: boolean }>) {
  const { tenantSlug } = useScope();
  const { inherit } = useRetention();
  const columns: readonly Column<Row>[] = [
    { key: "tenant", header: t("Tenant"), fold: "lead", cell: ({ tenant }) => tenant },
    { key: "class", header: t("Class"), fold: "second", cell: ({ class: of }) => say(classWords[of].name) },
    {
      key: "days",
      header: t("Kept for"),
      fold: "lead-end",
      numeric: true,
      cell: ({ action, days }) =>
        action === "keep" ? t("for good") : t("{n, plural, one {# day} other {# days}}", { n: days }),
    },
    { key: "then", header: t("Then"), fold: "second-end", cell: ({ action }) => actionText(action) },
    {
      key: "inherit",
      header: t("Actions"),
      fold: "below",
      cell: ({ tenant, class: of }) =>
        writes && (
          <Button look="quiet" onClick={() => inherit.mutate({ tenantSlug, ofTenantSlug: tenant, class: of })}>
            {rich("Take back<more> the policy of {tenant} for {what}</more>", {
              more: (text) => <span className="sr-only">{text}</span>,
              tenant,
              what: say(classWords[of].name),
            })}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption={t("Tenants with a policy of their own")}
      columns={columns}
      empty={<Empty title={t("Nobody has a policy of their own.")} />}
      fit
      rowKey={({ tenant, class: of }) => `${tenant} ${of}`}
      rows={exceptions}
    />
  );
}
