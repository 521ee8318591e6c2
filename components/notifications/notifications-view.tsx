"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { DeliveriesTable } from "@/components/notifications/deliveries-table";
import { SecretOnce } from "@/components/notifications/secret-once";
import { TargetsTable } from "@/components/notifications/targets-table";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

const AddTarget = later(() => import("@/components/notifications/add-target").then((file) => file.AddTarget));

/** Who is told of incidents, and what became of the messages. */
export function NotificationsView() {
  const { tenantSlug, tenant, can } = useScope();
  const root = tenant.kind === "operator";
  const trpc = useTRPC();
  const targets = useQuery(trpc.notifications.targets.queryOptions({ tenantSlug }));
  const deliveries = useQuery(trpc.notifications.deliveries.queryOptions({ tenantSlug }));
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <PageHeader
        actions={
          can("incidents.write") && (
            <Button icon="plus" onClick={() => setAdding(true)}>
              {t("Add…")}
            </Button>
          )
        }
        title={t("Notifications")}
      />
      <p className="max-w-prose pb-3 text-ink-2">
        {root
          ? t(
              "The people of the desk get a mail for each incident that is not low. Here is who else is told: at once, or when nobody took it in its time.",
            )
          : t("Who is told when an incident touches your phones, or those of tenants below you.")}
      </p>
      <div className="grid gap-6">
        <QueryView query={targets}>{(rows) => <TargetsTable onSecret={setSecret} root={root} rows={rows} />}</QueryView>
        <Section level={2} title={t("Messages")}>
          <QueryView query={deliveries}>{(rows) => <DeliveriesTable rows={rows} />}</QueryView>
        </Section>
      </div>
      {adding && <AddTarget onClose={() => setAdding(false)} onSecret={setSecret} root={root} />}
      {secret !== undefined && <SecretOnce onClose={() => setSecret(undefined)} secret={secret} />}
    </>
  );
}
