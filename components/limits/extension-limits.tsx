"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { ratesDecimals } from "@/components/billing/money-text";
import { LimitsForm } from "@/components/limits/limits-form";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Panel } from "@/components/ui/panel";
import { RowLink } from "@/components/ui/row-link";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { useOpen } from "@/components/ui/use-open";
import { t } from "@/server/kernel/words";

type Row = Outputs["limits"]["extensions"]["items"][number];

const cap = (micros: bigint | null, currency: string, decimals?: number) =>
  micros === null ? (
    <span className="text-ink-3">–</span>
  ) : (
    <Money currency={currency} decimals={decimals} micros={micros} />
  );

const columnsIn = (currency: string): readonly Column<Row>[] => [
  {
    key: "number",
    header: t("Extension"),
    fold: "lead",
    cell: (row) => (
      <RowLink
        className="font-medium"
        id={row.id}
        label={t("Limits of {number}, {name}", { number: row.number, name: row.displayName })}
      >
        <span className="font-mono">{row.number}</span>{" "}
        <bdi className="inline-block max-w-48 truncate align-bottom font-normal" title={row.displayName}>
          {row.displayName}
        </bdi>
      </RowLink>
    ),
  },
  {
    key: "day",
    header: t("Per day"),
    numeric: true,
    fold: "lead-end",
    cell: (row) => cap(row.limits.dailyCapMicros, currency),
  },
  { key: "month", header: t("Per month"), numeric: true, cell: (row) => cap(row.limits.monthlyCapMicros, currency) },
  { key: "call", header: t("Per call"), numeric: true, cell: (row) => cap(row.limits.callCapMicros, currency) },
  {
    key: "minute",
    header: t("Price per minute"),
    numeric: true,
    cell: (row) => cap(row.limits.maxPerMinuteMicros, currency, ratesDecimals([row.limits.maxPerMinuteMicros ?? 0n])),
  },
  {
    key: "calls",
    header: t("Calls at once"),
    numeric: true,
    fold: "second-end",
    cell: (row) => row.limits.maxCalls ?? <span className="text-ink-3">–</span>,
  },
];

/** What each phone may do beside the limits of all; a row opens its form. */
export function ExtensionLimits() {
  const { tenantSlug, currency } = useScope();
  const { openId, close } = useOpen();
  const query = useQuery(useTRPC().limits.extensions.queryOptions({ tenantSlug }));
  return (
    <Section level={2} title={t("Each extension")}>
      <QueryView query={query}>
        {({ items }) => {
          const row = items.find(({ id }) => id === openId);
          return (
            <>
              <DataTable
                caption={t("Limits of extensions")}
                columns={columnsIn(currency)}
                empty={<NoExtension />}
                fit
                openKey={openId}
                rowKey={({ id }) => id}
                rows={items}
              />
              {row && (
                <Panel onClose={close} subject={row.id} title={t("Limits of {number}", { number: row.number })}>
                  <OneExtension key={row.id} onDone={close} row={row} />
                </Panel>
              )}
            </>
          );
        }}
      </QueryView>
    </Section>
  );
}

function OneExtension({ row, onDone }: Readonly<{ row: Row; onDone: () => void }>) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const save = useMutation(
    trpc.limits.setExtension.mutationOptions({
      // Who saved meanwhile is shown in the form, which keeps what was typed.
      onError: () => void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() }),
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.limits.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
        toast(t("Limits of {number} saved. They count from the next call.", { number: row.number }));
        onDone();
      },
    }),
  );
  return (
    <LimitsForm
      busy={save.isPending}
      counts={["maxCalls"]}
      currency={currency}
      error={save.error}
      limits={row.limits}
      onSave={(patch) => save.mutate({ tenantSlug, extensionId: row.id, ...patch })}
      subject={{ extensionId: row.id }}
    />
  );
}

function NoExtension() {
  const { can, hrefOf } = useScope();
  return (
    <Empty
      action={
        can("extensions.write") && (
          <Link className={buttonClass()} href={`${hrefOf("extensions")}?new=1`}>
            {t("Create extension")}
          </Link>
        )
      }
      title={t("No extension yet.")}
    >
      {t("What one phone may do beside these limits is set here, once there is an extension.")}
    </Empty>
  );
}
