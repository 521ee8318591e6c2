"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { DryRun } from "@/components/retention/dry-run";
import { ExceptionsTable } from "@/components/retention/exceptions-table";
import { PoliciesTable } from "@/components/retention/policies-table";
import { PolicyDialog } from "@/components/retention/policy-dialog";
import { ReceiptsTable } from "@/components/retention/receipts-table";
import { useRetention } from "@/components/retention/use-retention";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { keptByLaw, type RetentionClass } from "@/server/domain/retention/retention-kinds.schema";
import { say, t } from "@/server/kernel/words";

// Not needed for the first picture.
const HoldsSection = later(() => import("@/components/retention/holds-section").then((file) => file.HoldsSection));
const ErasureSection = later(() =>
  import("@/components/retention/erasure-section").then((file) => file.ErasureSection),
);

const REFRESH_MS = 10_000;

/** How long each class of data is kept and for whom it is otherwise, what would go now, and the receipts of what went. */
export function RetentionView() {
  const { tenantSlug, can } = useScope();
  const [edited, setEdited] = useState<RetentionClass>();
  const board = useQuery(useTRPC().retention.board.queryOptions({ tenantSlug }, { refetchInterval: REFRESH_MS }));
  const { run } = useRetention();
  const writes = can("retention.write");
  return (
    <>
      <PageHeader
        actions={
          writes && (
            <Button busy={run.isPending && t("Asking…")} onClick={() => run.mutate({ tenantSlug })}>
              {t("Sweep now")}
            </Button>
          )
        }
        title={t("Retention")}
      />
      {run.error && <ErrorState {...refusalOf(run.error)} />}
      <QueryView query={board}>
        {(data) => (
          <div className="grid grid-cols-1 gap-8">
            <Section level={2} title={t("Policies")}>
              <PoliciesTable board={data} onEdit={writes ? setEdited : undefined} />
              <p className="max-w-prose text-xs text-ink-3">{say(keptByLaw)}</p>
            </Section>
            {data.exceptions.length > 0 && (
              <Section level={2} title={t("Tenants with a policy of their own")}>
                <ExceptionsTable exceptions={data.exceptions} writes={writes} />
              </Section>
            )}
            {can("evidence.read") && <HoldsSection />}
            <ErasureSection />
            <DryRun />
            <Section level={2} title={t("Last sweeps")}>
              <ReceiptsTable sweeps={data.sweeps} />
            </Section>
            {edited && (
              <PolicyDialog
                onClose={() => setEdited(undefined)}
                policy={data.policies.find((one) => one.class === edited)}
              />
            )}
          </div>
        )}
      </QueryView>
    </>
  );
}
