"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Placed, treeOrder } from "@/components/tenants/tree-order";
import { Button } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { toast } from "@/components/ui/toast-store";
import { useOpen } from "@/components/ui/use-open";

type Row = Placed<TenantRow>;

const indents = ["", "pl-5", "pl-10", "pl-14", "pl-18"] as const;

function columnsIn(actions: ((row: Row) => React.ReactNode) | undefined): readonly Column<Row>[] {
  const columns: (Column<Row> | undefined)[] = [
    {
      key: "name",
      header: "Tenant",
      fold: "lead",
      cell: (row) => (
        <span className={cx("flex items-baseline gap-2", indents[Math.min(row.depth, indents.length - 1)])}>
          <Link className="rounded-sm font-medium after:absolute after:inset-0" data-row="" href={`/t/${row.slug}`}>
            {row.name}
          </Link>
          <span className="font-mono text-xs text-ink-3 max-sm:hidden">{row.slug}</span>
        </span>
      ),
    },
    { key: "kind", header: "Kind", from: "lg", cell: (row) => <span className="capitalize">{row.kind}</span> },
    { key: "state", header: "State", fold: "second", cell: (row) => <TenantState state={row.state} /> },
    { key: "plan", header: "Plan", cell: (row) => row.planName ?? <span className="text-warn">No plan</span> },
    {
      key: "calls",
      header: "Calls now",
      numeric: true,
      fold: "second-end",
      cell: (row) => <LiveCount count={row.liveCalls} />,
    },
    {
      key: "balance",
      header: "Available",
      numeric: true,
      fold: "lead-end",
      cell: (row) => (
        <Money
          className={row.availableMicros <= 0n ? "text-bad" : ""}
          currency={row.currency}
          micros={row.availableMicros}
        />
      ),
    },
    { key: "since", header: "Since", from: "xl", cell: (row) => <Moment at={row.createdAt} /> },
    actions && { key: "act", header: "Actions", fold: "below", cell: actions },
  ];
  return columns.filter((column) => column !== undefined);
}

function LiveCount({ count }: Readonly<{ count: number }>) {
  if (count === 0) return <span className="text-ink-3">–</span>;
  return (
    <>
      {count}
      <span className="sm:hidden"> {count === 1 ? "call" : "calls"} now</span>
    </>
  );
}

function TenantState({ state }: Readonly<{ state: string }>) {
  const active = state === "active";
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${active ? "text-ok" : "text-bad"}`}>
      <svg aria-hidden="true" className="size-3" viewBox="0 0 12 12">
        {active ? (
          <circle cx="6" cy="6" fill="currentColor" r="4.5" />
        ) : (
          <path
            d="M6 1.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5zM3 9l6-6"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
          />
        )}
      </svg>
      {active ? "Active" : state === "suspended" ? "Suspended" : state}
    </span>
  );
}

type Props = Readonly<{ rows: readonly TenantRow[]; onPay: (row: TenantRow) => void; onClear: () => void }>;

export function TenantsTable({ rows, onPay, onClear }: Props) {
  const { can, tenant } = useScope();
  const { open } = useOpen();
  const actions = (row: Row) => (
    <span className="relative z-[1] flex gap-1 max-sm:-ml-3">
      <Button aria-label={`Terms of ${row.name}`} className="min-h-7" look="quiet" onClick={() => open(row.slug)}>
        Terms…
      </Button>
      {can("tenants.write") && <Suspension row={row} />}
      {can("billing.write") && (tenant.kind === "operator" || row.parentSlug === tenant.slug) && (
        <Button className="min-h-7" look="quiet" onClick={() => onPay(row)}>
          Give credit…
        </Button>
      )}
    </span>
  );
  return (
    <DataTable
      caption="Tenants"
      columns={columnsIn(can("tenants.write") || can("billing.write") ? actions : undefined)}
      empty={<Empty action={<Button onClick={onClear}>Clear search</Button>} title="No tenant matches." />}
      rowKey={(row) => row.slug}
      rows={treeOrder(rows)}
    />
  );
}

function Suspension({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const settled = {
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() }),
    onError: (error: unknown) => toast(refusalOf(error).title, { tone: "bad" as const }),
  };
  const suspend = useMutation(trpc.tenants.suspend.mutationOptions(settled));
  const resume = useMutation(trpc.tenants.resume.mutationOptions(settled));
  const input = { tenantSlug, childSlug: row.slug };
  const back = () => resume.mutate(input, { onSuccess: () => toast(`${row.name} may call again.`) });
  if (row.state !== "active") {
    return (
      <Button busy={resume.isPending && "Resuming…"} className="min-h-7" onClick={back}>
        Resume
      </Button>
    );
  }
  const stop = () =>
    suspend.mutate(input, {
      onSuccess: () => toast(`${row.name} suspended. Emergency numbers still pass.`, { undo: back }),
    });
  return (
    <Button
      aria-label={`Suspend ${row.name}`}
      busy={suspend.isPending && "Suspending…"}
      className="min-h-7"
      look="quiet"
      onClick={stop}
    >
      Suspend
    </Button>
  );
}
