"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import { type Rehearsal, type RulePatch, rehearsalSchema } from "@/server/domain/rules/rule.schema";

type Props = Readonly<{ ask: () => Omit<RulePatch, "ofTenantSlug"> | undefined; of: string | undefined }>;

/** Tries what stands in the form against the calls of the past 30 days. It changes nothing. */
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
  const found = task?.state === "done" ? rehearsalSchema.safeParse(task.result).data : undefined;
  return (
    <div className="grid gap-3">
      <JobBar taskId={taskId} />
      {found && <Facts facts={factsOf(found)} />}
    </div>
  );
}

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
