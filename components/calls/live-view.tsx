"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { LiveTable } from "@/components/calls/live-table";
import { runningRate } from "@/components/calls/running-rate";
import { LiveDot } from "@/components/shell/live-dot";
import { useScope } from "@/components/shell/scope";
import { Empty } from "@/components/ui/empty";
import { PageHeader } from "@/components/ui/page-header";

/** The stream tells when calls come and go; the costs move by themselves and are asked for. What is shown is what would be charged now. */
const RECHECK_MS = 3_000;

/** The calls of this second, with what they cost and when they stop. */
export function LiveView() {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().calls.live.queryOptions({ tenantSlug }, { refetchInterval: RECHECK_MS }));
  const calls = query.data?.items ?? [];
  const rate = runningRate(calls);
  return (
    <>
      <PageHeader
        aside={
          calls.length > 0 &&
          query.data && (
            <span className="flex flex-wrap items-center gap-x-4">
              <span>
                {calls.length === 1 ? "1 call" : `${calls.length} calls`}
                {rate > 0n && (
                  <>
                    , <Money currency={query.data.currency} decimals={4} micros={rate} /> a minute
                  </>
                )}
              </span>
              <span className="sm:hidden">
                <LiveDot />
              </span>
            </span>
          )
        }
        title="Live calls"
      />
      <QueryView query={query}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty title="Nobody is on the phone.">
              A call appears here the moment it is dialled. You need not reload.
            </Empty>
          ) : (
            <LiveTable data={data} />
          )
        }
      </QueryView>
    </>
  );
}
