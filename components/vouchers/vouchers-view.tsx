"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { VoucherBatch } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { VouchersTable } from "@/components/vouchers/vouchers-table";
import { t } from "@/server/kernel/words";

const NewVouchers = later(() => import("@/components/vouchers/new-vouchers").then((file) => file.NewVouchers));
const ApproveVouchers = later(() =>
  import("@/components/vouchers/approve-vouchers").then((file) => file.ApproveVouchers),
);
const VoidVouchers = later(() => import("@/components/vouchers/void-vouchers").then((file) => file.VoidVouchers));

/** Codes that are worth credit, in batches: what was made, and what became of it. The codes themselves are nowhere. */
export function VouchersView() {
  const { tenantSlug, tenant, can } = useScope();
  const [making, setMaking] = useState(false);
  const [voiding, setVoiding] = useState<VoucherBatch>();
  const [approving, setApproving] = useState<VoucherBatch>();
  const query = useQuery(useTRPC().vouchers.list.queryOptions({ tenantSlug }));
  const mayMake = can("billing.write") && tenant.kind !== "customer";
  return (
    <>
      <PageHeader
        actions={
          mayMake && (
            <Button data-shortcut="n" look="primary" onClick={() => setMaking(true)}>
              {t("New batch…")}
            </Button>
          )
        }
        title={t("Vouchers")}
      />
      <p className="max-w-prose pb-4 text-ink-2">
        {t("A code adds credit to the balance of whoever below you types it, once.")}
        {tenant.kind === "reseller" &&
          ` ${t("What it adds is yours until then, and leaves your balance when the code is used.")}`}
      </p>
      <QueryView query={query}>
        {({ items }) => (
          <VouchersTable onApprove={setApproving} onVoid={mayMake ? setVoiding : undefined} rows={items} />
        )}
      </QueryView>
      {making && <NewVouchers onClose={() => setMaking(false)} />}
      {approving && <ApproveVouchers batch={approving} onClose={() => setApproving(undefined)} />}
      {voiding && <VoidVouchers batch={voiding} onClose={() => setVoiding(undefined)} />}
    </>
  );
}
