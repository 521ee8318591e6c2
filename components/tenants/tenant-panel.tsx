"use client";

import Link from "next/link";
import { useState } from "react";

import type { TenantRow } from "@/components/api/outputs";
import { useScope } from "@/components/shell/scope";
import { RecentTransfers } from "@/components/tenants/recent-transfers";
import { Suspension } from "@/components/tenants/suspension";
import { TenantBundles } from "@/components/tenants/tenant-bundles";
import { TenantLimits } from "@/components/tenants/tenant-limits";
import { TenantPlans } from "@/components/tenants/tenant-plans";
import { TenantTerms } from "@/components/tenants/tenant-terms";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { later } from "@/components/ui/later";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { Tabs } from "@/components/ui/tabs";
import { t } from "@/server/kernel/words";

const BeginView = later(() => import("@/components/viewing/begin-view").then((file) => file.BeginView));

type Props = Readonly<{ row: TenantRow; onClose: () => void; onPay: (row: TenantRow) => void }>;

/** On which terms a tenant below buys: what only somebody above it may set. */
export function TenantPanel({ row, onClose, onPay }: Props) {
  const prices = (
    <div className="grid gap-6">
      <TenantPlans row={row} />
      <TenantBundles row={row} />
    </div>
  );
  const { can } = useScope();
  const [viewing, setViewing] = useState(false);
  return (
    <Panel onClose={onClose} subject={row.slug} title={row.name}>
      <div className="flex flex-wrap gap-2 pb-3">
        <Link className={buttonClass()} href={`/t/${row.slug}`}>
          {t("Open its portal")}
        </Link>
        {can("tenants.view_as") && (
          <Button data-shortcut="v" onClick={() => setViewing(true)}>
            {t("View as tenant…")}
          </Button>
        )}
        {can("tenants.write") && <Suspension row={row} />}
      </div>
      {viewing && <BeginView onClose={() => setViewing(false)} tenant={row} />}
      <Tabs
        label={t("Terms")}
        tabs={[
          { key: "money", label: t("Money and tax"), content: <MoneyTab onPay={onPay} row={row} /> },
          { key: "prices", label: t("Prices and bundles"), content: prices },
          { key: "limits", label: t("Limits"), content: <TenantLimits row={row} /> },
        ]}
      />
    </Panel>
  );
}

function MoneyTab({ row, onPay }: Omit<Props, "onClose">) {
  const { tenant, can } = useScope();
  const direct = tenant.kind === "operator" || row.parentSlug === tenant.slug;
  return (
    <div className="grid gap-6">
      <TenantTerms row={row} />
      {can("billing.write") && direct && (
        <Section title={t("Transfers")}>
          <div>
            <Button onClick={() => onPay(row)}>
              {tenant.kind === "operator" ? t("Give credit…") : t("Give or take back credit…")}
            </Button>
          </div>
          <RecentTransfers row={row} />
        </Section>
      )}
    </div>
  );
}
