"use client";

import type { Outputs } from "@/components/api/outputs";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";

type LongJob = Outputs["system"]["tasks"]["items"][number];

const words: Readonly<Record<string, { word: string; ink: string }>> = {
  queued: { word: "Waits", ink: "text-ink-2" },
  running: { word: "Runs", ink: "text-info" },
  done: { word: "Done", ink: "text-ok" },
  failed: { word: "Failed", ink: "text-bad" },
  cancelled: { word: "Cancelled", ink: "text-ink-2" },
};

const progress = ({ done, total }: LongJob): string =>
  total ? `${done.toLocaleString("en-GB")} of ${total.toLocaleString("en-GB")}` : done.toLocaleString("en-GB");

/** Long jobs of every tenant: those that wait or run, those that failed, and the others of the week. */
export function LongJobs({ jobs }: Readonly<{ jobs: readonly LongJob[] }>) {
  const { timeZone } = useScope();
  const columns: Column<LongJob>[] = [
    {
      key: "at",
      header: `Asked for, ${zoneText(timeZone)}`,
      fold: "second",
      cell: (job) => <Moment at={job.createdAt} />,
    },
    {
      key: "title",
      header: "Job",
      grow: true,
      fold: "lead",
      cell: (job) => <span title={job.title}>{job.title}</span>,
    },
    {
      key: "tenant",
      header: "Tenant",
      cell: (job) => <span className="block max-w-40 truncate">{job.tenantName}</span>,
    },
    { key: "progress", header: "Progress", numeric: true, fold: "second-end", cell: progress },
    {
      key: "state",
      header: "State",
      fold: "lead-end",
      cell: (job) => (
        <span className={`font-medium ${words[job.state]?.ink ?? ""}`}>{words[job.state]?.word ?? job.state}</span>
      ),
    },
    {
      key: "why",
      header: "Why",
      from: "lg",
      cell: (job) => (
        <span className="block max-w-80 truncate" title={job.error ?? ""}>
          {job.error}
        </span>
      ),
    },
  ];
  return (
    <Section level={2} title="Long jobs of all tenants">
      <DataTable
        caption="Long jobs of all tenants"
        columns={columns}
        empty={<p className="text-ink-2">None within a week.</p>}
        rowKey={(job) => job.id}
        rows={jobs}
      />
    </Section>
  );
}
