"use client";

import type { TenantRow } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { TenantState } from "@/components/tenants/tenant-state";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { ascending, descending, type Sorted } from "@/components/ui/sorted";
import { Tick } from "@/components/ui/tick";
import type { Live } from "@/components/ui/use-held-rows";
import { rich } from "@/components/words/rich";
import { LOW_RUNWAY_DAYS } from "@/server/domain/tenancy/tenant-view.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  rows: readonly TenantRow[];
  live: Live;
  sorted: Sorted;
  openKey: string | undefined;
  /** Defined for whoever may do something with many at once. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: (slug: string, on: boolean) => void;
  onPay: (row: TenantRow) => void;
  onClear: () => void;
}>;

const nothing = <span className="text-ink-3">–</span>;

/** Everybody below, one line each: where to look first, and one thing to do. */
export function TenantsTable({ rows, live, sorted, openKey, chosen, onChoose, onPay, onClear }: Props) {
  const { can, tenant } = useScope();
  const act = (row: TenantRow) =>
    (tenant.kind === "operator" || row.parentSlug === tenant.slug) && (
      <Button
        aria-label={t("Give credit to {name}", { name: row.name })}
        className="relative z-1 min-h-7 max-sm:-ms-3"
        look="quiet"
        onClick={() => onPay(row)}
      >
        {t("Give credit…")}
      </Button>
    );
  const columns: (Column<TenantRow> | false | undefined)[] = [
    chosen && tickColumn(chosen, onChoose),
    nameColumn(tenant.slug),
    { key: "health", header: t("Health"), fold: "second", cell: (row) => <Health row={row} /> },
    balanceColumn(),
    ...figureColumns(tenant.currency),
    can("billing.write") && {
      key: "act",
      header: <span className="sr-only">{t("Action")}</span>,
      fold: "below",
      cell: act,
    },
  ];
  return (
    <DataTable
      caption={t("Tenants")}
      columns={columns.filter((column) => column !== false && column !== undefined)}
      empty={
        <Empty action={<Button onClick={onClear}>{t("Show all tenants")}</Button>} title={t("No tenant matches.")} />
      }
      live={live}
      openKey={openKey}
      list="tenants"
      rowKey={(row) => row.slug}
      rows={rows}
      sorted={sorted}
    />
  );
}

const figureColumns = (currency: string): readonly Column<TenantRow>[] => [
  {
    key: "runway",
    sort: ascending("runway"),
    header: t("Runway"),
    numeric: true,
    fold: "second-end",
    cell: (row) => <Runway row={row} />,
  },
  {
    key: "spent",
    sort: descending("spent"),
    header: t("Spent today"),
    numeric: true,
    from: "lg",
    cell: (row) => spentToday(row),
  },
  marginColumn(currency),
  {
    key: "calls",
    sort: descending("calls"),
    header: t("Calls"),
    numeric: true,
    from: "lg",
    cell: (row) => row.liveCalls || nothing,
  },
  {
    key: "phones",
    header: t("Online"),
    numeric: true,
    from: "2xl",
    cell: (row) => (row.phones ? t("{online} of {phones}", { online: row.phonesOnline, phones: row.phones }) : nothing),
  },
  planColumn(),
  {
    key: "since",
    sort: descending("created"),
    header: t("Since"),
    from: "xl",
    cell: (row) => <Moment at={row.createdAt} />,
  },
];

const tickColumn = (chosen: ReadonlySet<string>, onChoose: Props["onChoose"]): Column<TenantRow> => ({
  key: "tick",
  header: <span className="sr-only">{t("Chosen")}</span>,
  cell: (row) => (
    <Tick
      checked={chosen.has(row.slug)}
      label={t("Choose {name}", { name: row.name })}
      onChange={(on) => onChoose(row.slug, on)}
    />
  ),
});

const nameColumn = (here: string): Column<TenantRow> => ({
  key: "name",
  sort: ascending("name"),
  header: t("Tenant"),
  fold: "lead",
  grow: true,
  className: "sm:min-w-40",
  cell: (row) => (
    <span className="flex min-w-0 items-baseline gap-2">
      <RowLink className="min-w-0 truncate font-medium" id={row.slug}>
        <span title={row.name}>{row.name}</span>
      </RowLink>
      <span className="shrink-0 font-mono text-xs text-ink-3 max-sm:hidden sm:max-2xl:hidden">{row.slug}</span>
      {row.parentSlug !== here && (
        <span className="max-w-40 shrink-0 truncate text-xs text-ink-3 max-lg:hidden">
          {rich("of {parent}", { parent: <bdi>{row.parentName}</bdi> })}
        </span>
      )}
    </span>
  ),
});

const balanceColumn = (): Column<TenantRow> => ({
  key: "balance",
  sort: ascending("balance"),
  header: t("Available"),
  numeric: true,
  fold: "lead-end",
  cell: (row) => (
    <Money
      className={row.availableMicros <= 0n ? "text-bad" : ""}
      currency={row.currency}
      micros={row.availableMicros}
    />
  ),
});

const marginColumn = (currency: string): Column<TenantRow> => ({
  key: "margin",
  sort: ascending("margin"),
  header: (
    <abbr className="no-underline" title={t("Margin of 30 days")}>
      {t("Margin 30 d")}
    </abbr>
  ),
  numeric: true,
  cell: (row) => <Margin currency={currency} micros={row.marginMicros} />,
});

const planColumn = (): Column<TenantRow> => ({
  key: "plan",
  header: t("Plan"),
  from: "2xl",
  cell: (row) =>
    row.planName === null ? (
      <span className="text-warn">{t("No plan")}</span>
    ) : (
      <span className="block max-w-36 truncate" dir="auto" title={row.planName}>
        {row.planName}
      </span>
    ),
});

const spentToday = (row: TenantRow) =>
  row.spentTodayMicros === 0n ? nothing : <Money currency={row.currency} micros={row.spentTodayMicros} />;

/** The worst of what is the matter, in words; nothing the matter is said too. */
function Health({ row }: Readonly<{ row: TenantRow }>) {
  if (row.state !== "active") return <TenantState state={row.state} />;
  if (row.openIncidents > 0) {
    return (
      <span className="font-medium text-bad">
        {t("{count, plural, one {# incident} other {# incidents}}", { count: row.openIncidents })}
      </span>
    );
  }
  if (row.availableMicros <= 0n) return <span className="font-medium text-bad">{t("No credit")}</span>;
  if (isLow(row)) return <span className="font-medium text-warn">{t("Low runway")}</span>;
  if (row.phones > 0 && row.phonesOnline === 0) return <span className="text-warn">{t("No phone online")}</span>;
  return <TenantState state={row.state} />;
}

const isLow = ({ runwayDays }: TenantRow): boolean => runwayDays !== null && runwayDays < LOW_RUNWAY_DAYS;

function Runway({ row }: Readonly<{ row: TenantRow }>) {
  const { runwayDays: days } = row;
  if (days === null) return nothing;
  const text = days > 365 ? t("over a year") : days < 1 ? t("under a day") : t("{days} d", { days: Math.floor(days) });
  return <span className={isLow(row) ? "text-warn" : ""}>{text}</span>;
}

function Margin({ micros, currency }: Readonly<{ micros: bigint | null; currency: string }>) {
  if (micros === null) {
    return (
      <span className="text-ink-3" title={t("It buys from a tenant in between, or in another currency.")}>
        –<span className="sr-only"> {t("not yours")}</span>
      </span>
    );
  }
  return micros === 0n ? (
    nothing
  ) : (
    <Money className={micros < 0n ? "text-bad" : ""} currency={currency} micros={micros} />
  );
}
