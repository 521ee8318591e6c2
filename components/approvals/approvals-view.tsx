"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { PendingTopUp } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { approvalsColumns } from "@/components/approvals/approvals-columns";
import { moneyText } from "@/components/billing/money-text";
import { useScope } from "@/components/shell/scope";
import { zoneText } from "@/components/ui/clock-text";
import { DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { ErrorState } from "@/components/ui/error-state";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Top-ups that one person may not post alone, and what a second one decided lately. */
export function ApprovalsView() {
  const { tenantSlug, tenant, timeZone } = useScope();
  const query = useQuery(useTRPC().approvals.list.queryOptions({ tenantSlug }));
  const zone = zoneText(timeZone);
  return (
    <>
      <PageHeader title={t("Approvals")} />
      <p className="max-w-prose pb-4 text-ink-2">
        {t("What somebody below you says to have paid is posted when you agree.")}
        {tenant.kind === "operator" &&
          ` ${t("What one person posts within 24 hours is limited; beyond that it takes a second one. Whoever asked may only withdraw.")}`}
      </p>
      <QueryView query={query}>
        {({ items }) => {
          const decided = items.filter((row) => row.state !== "pending");
          return (
            <div className="grid gap-8">
              <Waiting rows={items.filter((row) => row.state === "pending")} zone={zone} />
              {decided.length > 0 && (
                <Section level={2} title={t("Decided in the last 30 days")}>
                  <DataTable
                    caption={t("Decided top-ups")}
                    columns={approvalsColumns({ zone, decided: true })}
                    empty={null}
                    rowKey={(row) => row.id}
                    rows={decided}
                  />
                </Section>
              )}
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

function Waiting({ rows, zone }: Readonly<{ rows: readonly PendingTopUp[]; zone: string }>) {
  const { tenantSlug, tenant, can } = useScope();
  const { approve, reject, busyId, error } = useDecisions();
  const columns = approvalsColumns({
    zone,
    decided: false,
    limited: tenant.kind === "operator",
    decide: can("billing.write")
      ? {
          busyId,
          approve: (row) => approve({ tenantSlug, topUpId: row.id }),
          reject: (row) => reject({ tenantSlug, topUpId: row.id }),
        }
      : undefined,
  });
  return (
    <Section level={2} title={t("Waiting")}>
      <DataTable
        caption={t("Waiting top-ups")}
        columns={columns}
        empty={<Empty title={t("Nothing waits.")}>{t("What needs somebody's yes appears here by itself.")}</Empty>}
        rowKey={(row) => row.id}
        rows={rows}
      />
      {error !== null && <ErrorState {...refusalOf(error)} />}
    </Section>
  );
}

function useDecisions() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries();
  const approve = useMutation(
    trpc.approvals.approve.mutationOptions({
      onSuccess: ({ amount, currency, transactionId }) =>
        toast(
          transactionId
            ? t("{sum} posted.", { sum: moneyText(amount, currency) })
            : t("You agreed. A second person has to, too."),
        ),
      onSettled,
    }),
  );
  const reject = useMutation(
    trpc.approvals.reject.mutationOptions({ onSuccess: () => toast(t("It will not be posted.")), onSettled }),
  );
  const busy = approve.isPending ? approve : reject.isPending ? reject : undefined;
  return {
    approve: approve.mutate,
    reject: reject.mutate,
    busyId: busy?.variables?.topUpId,
    error: approve.error ?? reject.error,
  };
}
