"use client";

import { useMutation } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { jobWords, type SystemState, type WorkerState } from "@/components/system/system-words";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type FailedJob = WorkerState["failed"][number];
type Props = Readonly<{ jobs: readonly FailedJob[]; tenants: SystemState["tenants"] }>;

/** Jobs that were tried as often as they may be. What they should have done is not done; each can be tried once more. */
export function FailedJobs({ jobs, tenants }: Props) {
  const { can, timeZone } = useScope();
  const columns: Column<FailedJob>[] = [
    {
      key: "at",
      header: t("Given up, {zone}", { zone: zoneText(timeZone) }),
      fold: "second",
      cell: (job) => <Moment at={job.at} />,
    },
    { key: "name", header: t("Job"), fold: "lead", cell: (job) => <span title={job.name}>{jobWords(job.name)}</span> },
    {
      key: "tenant",
      header: t("Tenant"),
      fold: "second-end",
      cell: (job) => (job.tenantId ? (tenants[job.tenantId] ?? job.tenantId.slice(0, 8)) : t("all of them")),
    },
    { key: "why", header: t("Why"), grow: "text", cell: (job) => <span title={job.why}>{job.why}</span> },
    { key: "attempts", header: t("Tries"), numeric: true, cell: (job) => job.attempts },
    ...(can("system.write")
      ? [{ key: "act", header: t("Actions"), fold: "lead-end" as const, cell: (job: FailedJob) => <Retry job={job} /> }]
      : []),
  ];
  return (
    <Section level={2} title={t("Jobs that were given up")}>
      <DataTable
        caption={t("Jobs that were given up")}
        columns={columns}
        empty={<p className="text-ink-2">{t("None: whatever was asked for was done, or is being tried.")}</p>}
        rowKey={(job) => job.id}
        rows={jobs}
      />
    </Section>
  );
}

function Retry({ job }: Readonly<{ job: FailedJob }>) {
  const { tenantSlug } = useScope();
  const retry = useMutation(
    useTRPC().system.retryJob.mutationOptions({
      onSuccess: () => toast(t("Asked for: {job}. It runs within a second.", { job: jobWords(job.name) })),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  return (
    <Button
      aria-label={t("Try again: {job}", { job: jobWords(job.name) })}
      busy={retry.isPending && t("Asking…")}
      className="min-h-7"
      onClick={() => retry.mutate({ tenantSlug, jobId: job.id })}
    >
      {t("Try again")}
    </Button>
  );
}
