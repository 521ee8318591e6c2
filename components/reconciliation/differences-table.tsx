"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { DifferenceRow, Inputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { DifferencePanel } from "@/components/reconciliation/difference-panel";
import { differenceWords } from "@/components/reconciliation/difference-words";
import { evidenceText } from "@/components/reconciliation/evidence-text";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Pages } from "@/components/ui/pages";
import { RowLink } from "@/components/ui/row-link";
import { useOpen } from "@/components/ui/use-open";
import { t } from "@/server/kernel/words";

type Filter = Omit<Inputs["reconciliation"]["list"], "tenantSlug">;
type Props = Readonly<{
  filter: Filter;
  onPage: (cursor: string | undefined) => void;
  /** Defined while a filter is set. */
  onClear: (() => void) | undefined;
}>;

const REFRESH_MS = 15_000;

const columnsIn = (zone: string): readonly Column<DifferenceRow>[] => [
  {
    key: "found",
    header: t("Found, {zone}", { zone }),
    fold: "second",
    cell: (row) => (
      <RowLink id={row.id}>
        <Moment at={row.foundAt} />
      </RowLink>
    ),
  },
  {
    key: "kind",
    header: t("Difference"),
    fold: "lead",
    cell: (row) => <span className="font-medium">{differenceWords(row.kind).title}</span>,
  },
  { key: "tenant", header: t("Tenant"), from: "lg", cell: (row) => row.tenantName },
  {
    key: "evidence",
    header: t("Evidence"),
    grow: true,
    cell: (row) => <span className="text-ink-2">{evidenceText(row.evidence) || row.subject}</span>,
  },
  {
    key: "risk",
    header: t("At risk"),
    numeric: true,
    fold: "lead-end",
    cell: (row) => <AtRisk currency={row.currency} micros={row.moneyAtRiskMicros} />,
  },
  {
    key: "state",
    header: t("State"),
    fold: "second-end",
    cell: (row) => <span className="text-ink-2">{stateText(row)}</span>,
  },
];

const stateText = ({ closedAt, resolvedBy, heldForSeconds }: DifferenceRow): string => {
  if (closedAt) return resolvedBy ? t("closed by hand") : t("healed");
  return heldForSeconds === null ? t("open") : t("open, money held");
};

/** What two sources disagree about, with what each of them says. */
export function DifferencesTable({ filter, onPage, onClear }: Props) {
  const { tenantSlug, timeZone } = useScope();
  const { openId, close } = useOpen();
  const query = useQuery(
    useTRPC().reconciliation.list.queryOptions(
      { tenantSlug, ...filter },
      { placeholderData: keepPreviousData, refetchInterval: REFRESH_MS },
    ),
  );
  return (
    <QueryView query={query}>
      {({ items, nextCursor }) => (
        <>
          <DataTable
            caption={t("Differences")}
            columns={columnsIn(zoneText(timeZone))}
            empty={
              onClear ? (
                <Empty
                  action={<Button onClick={onClear}>{t("Clear filter")}</Button>}
                  title={t("No difference matches this filter.")}
                />
              ) : (
                <Empty title={t("All sources agree.")}>
                  {t(
                    "Channels, holds, call records and ledger say the same. What differs will stand here with its evidence.",
                  )}
                </Empty>
              )
            }
            openKey={openId}
            rowKey={(row) => row.id}
            rows={items}
          />
          {(items.length > 0 || filter.cursor) && (
            <Pages
              counted={t("{n, plural, one {# difference} other {# differences}}", { n: items.length })}
              onNewest={filter.cursor ? () => onPage(undefined) : undefined}
              onOlder={nextCursor ? () => onPage(nextCursor) : undefined}
            />
          )}
          {openId && (
            <DifferencePanel id={openId} key={openId} onClose={close} row={items.find(({ id }) => id === openId)} />
          )}
        </>
      )}
    </QueryView>
  );
}
