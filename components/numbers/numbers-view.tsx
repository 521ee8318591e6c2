"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { ExportLink } from "@/components/exports/export-link";
import { filterOfNumbers } from "@/components/numbers/number-filter";
import { NumbersTable } from "@/components/numbers/numbers-table";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { SearchBox } from "@/components/ui/search-box";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const NumberPanel = later(() => import("@/components/numbers/number-panel").then((file) => file.NumberPanel));
const AddNumber = later(() => import("@/components/numbers/add-number").then((file) => file.AddNumber));

/** The numbers by which people outside reach telephones here: who has each, and where it rings. */
export function NumbersView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const [adding, setAdding] = useState(false);
  const filter = filterOfNumbers((name) => params.get(name) ?? undefined);
  const query = useQuery({
    ...useTRPC().numbers.list.queryOptions({ tenantSlug, ...filter }),
    placeholderData: keepPreviousData,
  });
  const shown = query.data?.items.find(({ number }) => number === openId);
  return (
    <>
      <PageHeader
        actions={
          <>
            <ExportLink filter={filter.text === undefined ? {} : { text: filter.text }} list="numbers" />
            {tenant.kind === "operator" && can("numbers.give") && (
              <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setAdding(true)}>
                {t("Add number")}
              </Button>
            )}
          </>
        }
        title={t("Numbers")}
      >
        <SearchBox
          className="w-full sm:w-64"
          label={tenant.kind === "customer" ? t("Number") : t("Number or holder")}
          onValue={(q) => set({ q: q || undefined, after: undefined }, "replace")}
          value={params.get("q") ?? ""}
        />
      </PageHeader>
      <QueryView query={query}>
        {(data) => (
          <NumbersTable
            data={data}
            filtered={filter.text !== undefined}
            onFirst={filter.cursor ? () => set({ after: undefined }) : undefined}
            onNext={data.nextCursor ? () => set({ after: data.nextCursor ?? undefined }) : undefined}
            openId={openId}
            onClear={() => set({ q: undefined, after: undefined })}
          />
        )}
      </QueryView>
      {shown && <NumberPanel number={shown} onClose={close} />}
      {adding && <AddNumber onClose={() => setAdding(false)} />}
    </>
  );
}
