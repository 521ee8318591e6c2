"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { PeriodControl } from "@/components/reports/period-control";
import { ReportBody } from "@/components/reports/report-body";
import { readReportParams, reportInput, todayIn } from "@/components/reports/report-params";
import { useScope } from "@/components/shell/scope";
import { PageHeader } from "@/components/ui/page-header";
import { useParamsState } from "@/components/ui/use-params-state";
import { shifted } from "@/server/domain/usage/period.schema";
import { t } from "@/server/kernel/words";

/** What was called in a period, what it came to, and when and where to. */
export function ReportsView() {
  const {
    tenantSlug,
    tenant: { timeZone },
  } = useScope();
  const { params: address, set: write } = useParamsState();
  const today = todayIn(timeZone, new Date());
  const params = readReportParams(address, today);
  const trpc = useTRPC();
  const query = useQuery(
    trpc.reports.usage.queryOptions(reportInput(tenantSlug, params), { placeholderData: keepPreviousData }),
  );
  const before = { ...params, span: shifted(params.period, params.span, -1) };
  const previous = useQuery(
    trpc.reports.usage.queryOptions(reportInput(tenantSlug, before), { enabled: params.compare }),
  );
  const set = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) => write(changes, "replace"),
    [write],
  );
  return (
    <>
      <PageHeader title={t("Reports")}>
        <PeriodControl params={params} set={set} today={today} />
      </PageHeader>
      <QueryView query={query}>
        {(report) => <ReportBody before={params.compare ? previous.data : undefined} report={report} />}
      </QueryView>
    </>
  );
}
