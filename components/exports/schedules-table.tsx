"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { filterText } from "@/components/exports/filter-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { momentText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { exportWords } from "@/server/domain/exports/export.schema";
import { rhythmWords } from "@/server/domain/exports/rhythm-kinds.schema";
import { say, t } from "@/server/kernel/words";

type Row = Outputs["exports"]["schedules"][number];

function useSchedules() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const saying = (sentence: string) => ({
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: trpc.exports.pathKey() });
      toast(sentence);
    },
    onError: (error: unknown) => {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    },
  });
  const pause = useMutation(trpc.exports.pauseSchedule.mutationOptions(saying(t("It rests until you let it go on."))));
  const goOn = useMutation(trpc.exports.resumeSchedule.mutationOptions(saying(t("It goes on with the next period."))));
  const remove = useMutation(
    trpc.exports.removeSchedule.mutationOptions(saying(t("It is not made any more. Files that were made stay."))),
  );
  return { pause, goOn, remove };
}

const columnsIn = (timeZone: string, writes: boolean, seller: boolean): readonly Column<Row>[] => [
  {
    key: "what",
    header: t("File"),
    fold: "lead",
    cell: ({ what }) => <span className="font-medium">{say(exportWords[what].name)}</span>,
  },
  { key: "filter", header: t("Filter"), grow: true, cell: (row) => filterText(row, seller) },
  { key: "every", header: t("Made"), fold: "second", cell: ({ every }) => say(rhythmWords[every].name) },
  {
    key: "next",
    header: t("Next"),
    named: true,
    fold: "lead-end",
    cell: ({ nextAt, pausedAt, note }) =>
      pausedAt ? (
        <span title={note || undefined}>{note ? t("Paused: {note}", { note }) : t("Paused")}</span>
      ) : (
        momentText(nextAt, timeZone)
      ),
  },
  { key: "person", header: t("Told by mail"), from: "lg", cell: ({ person }) => person },
  {
    key: "acts",
    header: t("Actions"),
    fold: "below",
    cell: (row) => writes && <Acts row={row} />,
  },
];

function Acts({ row: { id, what, every, pausedAt } }: Readonly<{ row: Row }>) {
  const { tenantSlug } = useScope();
  const { pause, goOn, remove } = useSchedules();
  const name = `${say(exportWords[what].name)}, ${say(rhythmWords[every].name)}`;
  return (
    <span className="flex gap-2 sm:justify-end">
      <Button onClick={() => (pausedAt ? goOn : pause).mutate({ tenantSlug, scheduleId: id })}>
        {pausedAt ? t("Go on") : t("Pause")}
        <span className="sr-only"> {t("with {name}", { name })}</span>
      </Button>
      <Button onClick={() => remove.mutate({ tenantSlug, scheduleId: id })}>
        {t("Remove")}
        <span className="sr-only"> {name}</span>
      </Button>
    </span>
  );
}

/** What is made by itself: when next, for whom, and whether it rests. Nothing is shown where nothing is scheduled. */
export function SchedulesTable() {
  const { tenantSlug, tenant, timeZone, can } = useScope();
  const schedules = useQuery(useTRPC().exports.schedules.queryOptions({ tenantSlug }));
  if (!schedules.data || schedules.data.length === 0) return null;
  return (
    <div className="mb-8">
      <Section level={2} title={t("Made by itself")}>
        <DataTable
          caption={t("Scheduled files")}
          columns={columnsIn(timeZone, can("exports.write"), tenant.kind !== "customer")}
          empty={<Empty title={t("Nothing is scheduled.")} />}
          rowKey={({ id }) => id}
          rows={schedules.data}
        />
      </Section>
    </div>
  );
}
