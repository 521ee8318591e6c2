"use client";

import type { Outputs } from "@/components/api/outputs";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Section } from "@/components/ui/section";
import { numberText } from "@/server/kernel/locale";
import { type Message, msg, say, t } from "@/server/kernel/words";

type LongJob = Outputs["system"]["tasks"]["items"][number];

const words: Readonly<Record<string, { word: Message; ink: string }>> = {
  queued: { word: msg("Waits"), ink: "text-ink-2" },
  running: { word: msg("Runs"), ink: "text-info" },
  done: { word: msg("Done"), ink: "text-ok" },
  failed: { word: msg("Failed"), ink: "text-bad" },
  cancelled: { word: msg("Cancelled"), ink: "text-ink-2" },
};

const progress = ({ done, total }: LongJob): string =>
  total ? t("{done} of {total}", { done, total }) : numberText(done);

/** Long jobs of every tenant: those that wait or run, those that failed, and the others of the week. */
export function LongJobs({ jobs }: Readonly<{ jobs: readonly LongJob[] }>) {
  const { timeZone } = useScope();
  const columns: Column<LongJob>[] = [
    {
      key: "at",
      header: t("Asked for, {zone}", { zone: zoneText(timeZone) }),
      fold: "second",
      cell: (job) => <Moment at={job.createdAt} />,
    },
    {
      key: "title",
      header: t("Job"),
      grow: "text",
      fold: "lead",
      cell: (job) => <span title={job.title}>{job.title}</span>,
    },
    {
      key: "tenant",
      header: t("Tenant"),
      cell: (job) => <span className="block max-w-40 truncate">{job.tenantName}</span>,
    },
    { key: "progress", header: t("Progress"), numeric: true, fold: "second-end", cell: progress },
    {
      key: "state",
      header: t("State"),
      fold: "lead-end",
      cell: (job) => <State state={job.state} />,
    },
    {
      key: "why",
      header: t("Why"),
      from: "lg",
      cell: (job) => (
        <span className="block max-w-80 truncate" title={job.error ?? ""}>
          {job.error}
        </span>
      ),
    },
  ];
  return (
    <Section level={2} title={t("Long jobs of all tenants")}>
      <DataTable
        caption={t("Long jobs of all tenants")}
        columns={columns}
        empty={<p className="text-ink-2">{t("None within a week.")}</p>}
        rowKey={(job) => job.id}
        rows={jobs}
      />
    </Section>
  );
}

function State({ state }: Readonly<{ state: string }>) {
  const known = words[state];
  return <span className={`font-medium ${known?.ink ?? ""}`}>{known ? say(known.word) : state}</span>;
}
