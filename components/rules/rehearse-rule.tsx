"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import {
  type NetworkRehearsal,
  networkRehearsalSchema,
  type Rehearsal,
  type RulePatch,
  rehearsalSchema,
} from "@/server/domain/rules/rule.schema";

type Props = Readonly<{ ask: () => Omit<RulePatch, "ofTenantSlug"> | undefined; of: string | undefined }>;

/** Tries what stands in the form against the calls, or failed sign-ins, of the past 30 days. It changes nothing. */
export function RehearseRule({ ask, of }: Props) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const [taskId, setTaskId] = useState<string>();
  const start = useMutation(trpc.rules.rehearse.mutationOptions({ onSuccess: (job) => setTaskId(job.taskId) }));
  if (!can("tasks.read")) return null;
  const begin = () => {
    const said = ask();
    if (said) start.mutate({ tenantSlug, ...(of ? { ofTenantSlug: of } : {}), ...said });
  };
  return (
    <div className="grid gap-3">
      <div>
        <Button busy={start.isPending && "Starting…"} onClick={begin}>
          Rehearse on the past 30 days
        </Button>
      </div>
      {start.error && <ErrorState {...refusalOf(start.error)} />}
      {taskId && <Outcome key={taskId} taskId={taskId} />}
    </div>
  );
}

function Outcome({ taskId }: Readonly<{ taskId: string }>) {
  const { tenantSlug } = useScope();
  const { data: task } = useQuery(useTRPC().tasks.get.queryOptions({ tenantSlug, taskId }));
  const result = task?.state === "done" ? task.result : undefined;
  const calls = rehearsalSchema.safeParse(result).data;
  const networks = networkRehearsalSchema.safeParse(result).data;
  return (
    <div className="grid gap-3">
      <JobBar taskId={taskId} />
      {calls && <Facts facts={factsOf(calls)} />}
      {networks && <Networks found={networks} />}
    </div>
  );
}

type Banned = NetworkRehearsal["bans"][number];

/** What a rule about networks would have banned, and what works there. */
function Networks({ found }: Readonly<{ found: NetworkRehearsal }>) {
  const { failures, warned, fired, falseHits, networks, bans } = found;
  const times = (count: number) => <span className="figures">{count} times</span>;
  return (
    <>
      <Facts
        facts={[
          { label: "Failed sign-ins looked at", value: <span className="figures">{failures}</span> },
          { label: "Warned", value: times(warned) },
          { label: "Critical", value: `${fired} times, ${falseHits} of them where telephones worked` },
          { label: "If it banned", value: `${networks} networks` },
        ]}
      />
      {bans.length > 0 && (
        <DataTable
          caption="Networks that would have been banned"
          empty={null}
          columns={bannedColumns}
          fit
          rowKey={({ network }) => network}
          rows={bans}
        />
      )}
    </>
  );
}

const bannedColumns: readonly Column<Banned>[] = [
  {
    key: "network",
    header: "Network",
    fold: "lead",
    cell: ({ network }) => <code className="font-medium">{network}</code>,
  },
  { key: "times", header: "Times", numeric: true, fold: "lead-end", cell: ({ times }) => times },
  { key: "most", header: "At most", numeric: true, from: "lg", cell: ({ most }) => most },
  {
    key: "kept",
    header: "What works there",
    fold: "second",
    cell: ({ kept, phones }) =>
      kept ? (
        `kept: ${kept}`
      ) : phones > 0 ? (
        `telephones worked there (${phones})`
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
];

const money = (sums: Readonly<Record<string, string>>) => {
  const amounts = Object.entries(sums);
  if (amounts.length === 0) return undefined;
  return (
    <span className="flex flex-wrap gap-x-3">
      {amounts.map(([currency, micros]) => (
        <Money currency={currency} key={currency} micros={BigInt(micros)} />
      ))}
    </span>
  );
};

const factsOf = (found: Rehearsal) => [
  { label: "Calls looked at", value: <span className="figures">{found.calls}</span> },
  { label: "Warned", value: <span className="figures">{found.warned} times</span> },
  {
    label: "Critical",
    value: `${found.fired} times: ${found.trueHits} with harmful calls, ${found.falseHits} without`,
  },
  { label: "If contained", value: `${found.stopped} harmful calls stopped`, end: money(found.saved) },
  { label: "False blocks", value: `${found.falseBlocks} calls`, end: money(found.refusedWrongly) },
];
