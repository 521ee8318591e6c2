"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { FilesSection } from "@/components/cdr-import/files-section";
import { BoardFigures } from "@/components/reconciliation/board-figures";
import { filterOf, isFiltered, noFilter } from "@/components/reconciliation/difference-filter";
import { kindChoices } from "@/components/reconciliation/difference-words";
import { DifferencesTable } from "@/components/reconciliation/differences-table";
import { RunNow } from "@/components/reconciliation/run-now";
import { Sources } from "@/components/reconciliation/sources";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { SearchBox } from "@/components/ui/search-box";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { useParamsState } from "@/components/ui/use-params-state";
import { CURRENCY_NOT_KNOWN } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

const REFRESH_MS = 5_000;

/** Whether live channels, holds, call records, files and ledger say the same, and what it may cost where they do not. */
export function ReconciliationView() {
  const { tenantSlug, can } = useScope();
  const board = useQuery(useTRPC().reconciliation.board.queryOptions({ tenantSlug }, { refetchInterval: REFRESH_MS }));
  return (
    <>
      <PageHeader actions={can("reconciliation.write") && <RunNow board={board.data} />} title={t("Reconciliation")} />
      <div className="grid gap-8">
        <QueryView query={board}>
          {(data) => (
            <>
              <BoardFigures board={data} />
              <Section level={2} title={t("Sources")}>
                <Sources board={data} />
              </Section>
            </>
          )}
        </QueryView>
        <FilesSection pbx={board.data?.runs[0]?.pbx ?? "pbx1"} />
        <Differences currencies={board.data?.atRisk.map(({ currency }) => currency) ?? []} />
      </div>
    </>
  );
}

const stateChoices = () => [
  { value: "open", label: t("difference|Open") },
  { value: "closed", label: t("difference|Closed") },
];

function Differences({ currencies }: Readonly<{ currencies: readonly string[] }>) {
  const { params, set } = useParamsState();
  const filter = filterOf(params);
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  const clear = () => set(noFilter);
  const currencyChoices = [
    { value: "", label: t("Any currency") },
    ...[...new Set([...currencies, ...(filter.currency ? [filter.currency] : [])])].map((value) => ({
      value,
      label: value === CURRENCY_NOT_KNOWN ? t("Not known") : value,
    })),
  ];
  return (
    <Section level={2} title={t("Differences")}>
      <div className="flex flex-wrap items-end gap-2">
        <SearchBox
          className="w-full sm:w-64"
          label={t("Tenant, number or call ID")}
          onValue={search}
          value={filter.text ?? ""}
        />
        <Select
          choices={kindChoices()}
          label={t("Kind")}
          labelHidden
          name="kind"
          onChange={(event) => set({ kind: event.target.value, before: undefined })}
          value={filter.kind ?? ""}
        />
        <Select
          choices={currencyChoices}
          label={t("Currency")}
          labelHidden
          name="currency"
          onChange={(event) => set({ currency: event.target.value, before: undefined })}
          value={filter.currency ?? ""}
        />
        <Select
          choices={stateChoices()}
          label={t("State")}
          labelHidden
          name="state"
          onChange={(event) => set({ state: event.target.value, before: undefined })}
          value={filter.state}
        />
        {isFiltered(filter) && (
          <Button look="quiet" onClick={clear}>
            {t("Clear filter")}
          </Button>
        )}
      </div>
      <DifferencesTable
        filter={filter}
        onClear={isFiltered(filter) ? clear : undefined}
        onPage={(before) => set({ before })}
      />
    </Section>
  );
}
