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
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  ask: () => Omit<RulePatch, "ofTenantSlug"> | undefined;
  of: string | undefined;
  /** Whether the rule may look at what is usual for a telephone before it contains. */
  unusual: boolean;
}>;

/** Tries what stands in the form against the calls, or failed sign-ins, of the past 30 days. It changes nothing. */
export function RehearseRule({ ask, of, unusual }: Props) {
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
        <Button busy={start.isPending && t("Starting…")} onClick={begin}>
          {t("Rehearse on the past 30 days")}
        </Button>
      </div>
      {start.error && <ErrorState {...refusalOf(start.error)} />}
      {taskId && <Outcome key={taskId} taskId={taskId} />}
      {taskId && unusual && (
        <p className="text-xs text-ink-3">
          {t("What is usual for a telephone is not looked at here: a rule that contains only the unusual stops less.")}
        </p>
      )}
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
  return (
    <>
      <Facts
        facts={[
          { label: t("Failed sign-ins looked at"), value: <span className="figures">{failures}</span> },
          { label: t("Warned"), value: times(warned) },
          {
            label: t("Critical"),
            value: t(
              "{fired, plural, one {# time} other {# times}}, {falseHits, plural, one {# of them} other {# of them}} where telephones worked",
              { fired, falseHits },
            ),
          },
          {
            label: t("If it banned"),
            value: t("{networks, plural, one {# network} other {# networks}}", { networks }),
          },
        ]}
      />
      {bans.length > 0 && (
        <DataTable
          caption={t("Networks that would have been banned")}
          empty={null}
          columns={bannedColumns()}
          fit
          rowKey={({ network }) => network}
          rows={bans}
        />
      )}
    </>
  );
}

const times = (count: number) => (
  <span className="figures">{t("{count, plural, one {# time} other {# times}}", { count })}</span>
);

const bannedColumns = (): readonly Column<Banned>[] => [
  {
    key: "network",
    header: t("Network"),
    fold: "lead",
    cell: ({ network }) => <code className="font-medium">{network}</code>,
  },
  { key: "times", header: t("Times"), numeric: true, fold: "lead-end", cell: ({ times }) => times },
  { key: "most", header: t("At most"), numeric: true, from: "lg", cell: ({ most }) => most },
  {
    key: "kept",
    header: t("What works there"),
    fold: "second",
    cell: ({ kept, phones }) =>
      kept ? (
        t("kept: {reason}", { reason: kept })
      ) : phones > 0 ? (
        t("telephones worked there ({phones})", { phones })
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
  { label: t("Calls looked at"), value: <span className="figures">{found.calls}</span> },
  { label: t("Warned"), value: times(found.warned) },
  {
    label: t("Critical"),
    value: t("{fired, plural, one {# time} other {# times}}: {trueHits} with harmful calls, {falseHits} without", {
      fired: found.fired,
      trueHits: found.trueHits,
      falseHits: found.falseHits,
    }),
  },
  {
    label: t("If contained"),
    value: t("{n, plural, one {# harmful call} other {# harmful calls}} stopped", { n: found.stopped }),
    end: money(found.saved),
  },
  {
    label: t("False blocks"),
    value: t("{count, plural, one {# call} other {# calls}}", { count: found.falseBlocks }),
    end: money(found.refusedWrongly),
  },
];
