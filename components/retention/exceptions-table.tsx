"use client";

import type { RetentionBoard } from "@/components/api/outputs";
import { actionText } from "@/components/retention/retention-words";
import { useRetention } from "@/components/retention/use-retention";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { classWords } from "@/server/domain/retention/retention-kinds.schema";

type Row = RetentionBoard["exceptions"][number];

/** Who has another policy than the house, and the way back to it. */
export function ExceptionsTable({ exceptions, writes }: Readonly<{ exceptions: readonly Row[]; writes: boolean }>) {
  const { tenantSlug } = useScope();
  const { inherit } = useRetention();
  const columns: readonly Column<Row>[] = [
    { key: "tenant", header: "Tenant", fold: "lead", cell: ({ tenant }) => tenant },
    { key: "class", header: "Class", fold: "second", cell: ({ class: of }) => classWords[of].name },
    {
      key: "days",
      header: "Kept for",
      fold: "lead-end",
      numeric: true,
      cell: ({ action, days }) => (action === "keep" ? "for good" : `${days} days`),
    },
    { key: "then", header: "Then", fold: "second-end", cell: ({ action }) => actionText(action) },
    {
      key: "inherit",
      header: "Actions",
      fold: "below",
      cell: ({ tenant, class: of }) =>
        writes && (
          <Button look="quiet" onClick={() => inherit.mutate({ tenantSlug, ofTenantSlug: tenant, class: of })}>
            Take back
            <span className="sr-only">
              {" "}
              the policy of {tenant} for {classWords[of].name}
            </span>
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption="Tenants with a policy of their own"
      columns={columns}
      empty={<Empty title="Nobody has a policy of their own." />}
      fit
      rowKey={({ tenant, class: of }) => `${tenant} ${of}`}
      rows={exceptions}
    />
  );
}
