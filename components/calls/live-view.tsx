"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { HangUpChosen } from "@/components/calls/hang-up-chosen";
import { isNarrowed, mayBeEnded, passes, readLiveFilter } from "@/components/calls/live-filter";
import { LiveFilterBar } from "@/components/calls/live-filter-bar";
import { LiveTable } from "@/components/calls/live-table";
import { runningRate } from "@/components/calls/running-rate";
import { LiveDot } from "@/components/shell/live-dot";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { PageHeader } from "@/components/ui/page-header";
import { useNow } from "@/components/ui/use-now";
import { useParamsState } from "@/components/ui/use-params-state";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** The stream tells when calls come and go; the costs move by themselves and are asked for. What is shown is what would be charged now. */
const RECHECK_MS = 3_000;

/** How many there are, and what they cost a minute. */
function Together({ data: { items, currency } }: Readonly<{ data: Outputs["calls"]["live"] }>) {
  const rate = runningRate(items);
  return (
    <span className="flex flex-wrap items-center gap-x-4">
      <span>
        {rate > 0n
          ? rich("{calls, plural, one {# call} other {# calls}}, {rate} a minute", {
              calls: items.length,
              rate: <Money currency={currency} decimals={4} micros={rate} />,
            })
          : t("{calls, plural, one {# call} other {# calls}}", { calls: items.length })}
      </span>
      <span className="sm:hidden">
        <LiveDot />
      </span>
    </span>
  );
}

const NoCalls = ({ all, onClear }: Readonly<{ all: number; onClear: () => void }>) =>
  all === 0 ? (
    <Empty title={t("Nobody is on the phone.")}>
      {t("A call appears here the moment it is dialled. You need not reload.")}
    </Empty>
  ) : (
    <Empty title={t("None of {calls, plural, one {# call} other {# calls}} is like that.", { calls: all })}>
      <Button onClick={onClear}>{t("Clear filter")}</Button>
    </Empty>
  );

/** The calls of this second, with what they cost and when they stop; and the way to end those that are chosen. */
export function LiveView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params, set } = useParamsState();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = useQuery(useTRPC().calls.live.queryOptions({ tenantSlug }, { refetchInterval: RECHECK_MS }));
  const calls = query.data?.items ?? [];
  const filter = readLiveFilter(params);
  const now = useNow(query.data?.serverNow);
  const shown = calls.filter((call) => passes(call, filter, now));
  // Calls end by themselves: only what is still there, and seen, can be meant.
  const meant = shown.filter((call) => chosen.has(call.id) && mayBeEnded(call));
  return (
    <>
      <PageHeader aside={calls.length > 0 && query.data && <Together data={query.data} />} title={t("Live calls")}>
        {(calls.length > 0 || isNarrowed(filter)) && (
          <LiveFilterBar filter={filter} set={set} withTenant={tenant.kind !== "customer"} />
        )}
      </PageHeader>
      <QueryView query={query}>
        {(data) => (
          <LiveTable
            chosen={can("calls.hang_up") ? new Set(meant.map(({ id }) => id)) : undefined}
            data={{ ...data, items: shown }}
            empty={
              <NoCalls all={calls.length} onClear={() => set({ q: undefined, state: undefined, minutes: undefined })} />
            }
            onChoose={setChosen}
            scope={JSON.stringify(filter)}
          />
        )}
      </QueryView>
      {meant.length > 0 && query.data && (
        <HangUpChosen calls={meant} currency={query.data.currency} onDone={() => setChosen(new Set())} />
      )}
    </>
  );
}
