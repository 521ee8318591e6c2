"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { ageText, sizeText } from "@/components/reconciliation/age-text";
import { useScope } from "@/components/shell/scope";
import { FailedJobs } from "@/components/system/failed-jobs";
import { LongJobs } from "@/components/system/long-jobs";
import { PartsTable } from "@/components/system/parts-table";
import { partsOf, type SystemState } from "@/components/system/system-words";
import { WorkersTable } from "@/components/system/workers-table";
import { PageHeader } from "@/components/ui/page-header";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

/** A worker beats every five seconds; nothing here comes with the stream. */
const RECHECK_MS = 5_000;

/** Whether everything works that calls, money and messages depend on, and what was not done. */
export function SystemView() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const often = { refetchInterval: RECHECK_MS };
  const system = useQuery(trpc.system.get.queryOptions({ tenantSlug }, often));
  const tasks = useQuery(trpc.system.tasks.queryOptions({ tenantSlug }, often));
  return (
    <>
      <PageHeader title={t("System")} />
      <div className="grid gap-8">
        <QueryView query={system}>{(data) => <Parts system={data} />}</QueryView>
        <QueryView query={tasks}>{(data) => <LongJobs jobs={data.items} />}</QueryView>
      </div>
    </>
  );
}

function Parts({ system }: Readonly<{ system: SystemState }>) {
  const now = useNow(system.now).getTime();
  // All workers see one queue; the newest word about it counts.
  const [newest] = system.workers.toSorted((a, b) => b.beatAt.getTime() - a.beatAt.getTime());
  return (
    <>
      <PartsTable parts={partsOf(system, now, { ageText, sizeText })} />
      <FailedJobs jobs={newest?.failed ?? []} tenants={system.tenants} />
      {system.workers.length > 0 && <WorkersTable now={now} workers={system.workers} />}
    </>
  );
}
