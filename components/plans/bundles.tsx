"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { bundleText } from "@/components/billing/bundle-words";
import { NewBundle } from "@/components/plans/new-bundle";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Row = Outputs["bundles"]["list"]["items"][number];

const columnsIn = (): readonly Column<Row>[] => [
  { key: "name", header: t("Bundle"), fold: "lead", cell: (row) => <span className="font-medium">{row.name}</span> },
  {
    key: "what",
    header: t("Gives"),
    fold: "second",
    cell: (row) => <span className="whitespace-normal">{bundleText(row)}</span>,
  },
  { key: "holders", header: t("Tenants with it"), numeric: true, fold: "lead-end", cell: (row) => row.holders },
];

/** Free minutes or calls for sale; a tenant gets them from its terms. */
export function Bundles() {
  const { tenantSlug, can } = useScope();
  const [making, setMaking] = useState(false);
  const { data } = useQuery(useTRPC().bundles.list.queryOptions({ tenantSlug }));
  return (
    <div className="pt-8">
      <Section
        aside={
          can("plans.write") && (
            <Button look="quiet" onClick={() => setMaking(true)}>
              {t("New bundle…")}
            </Button>
          )
        }
        level={2}
        title={t("Bundles")}
      >
        {data && (
          <DataTable
            caption={t("Bundles")}
            columns={columnsIn()}
            empty={
              <p className="text-ink-3">{t("No bundle yet: free minutes or calls to a group of destinations.")}</p>
            }
            fit
            rowKey={({ id }) => id}
            rows={data.items}
          />
        )}
      </Section>
      {making && <NewBundle onClose={() => setMaking(false)} />}
    </div>
  );
}
