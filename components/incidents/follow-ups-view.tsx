"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { FollowUpRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { dayOfText } from "@/components/incidents/review-words";
import { useReview } from "@/components/incidents/use-review";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { ErrorState } from "@/components/ui/error-state";
import { PageHeader } from "@/components/ui/page-header";
import { Select } from "@/components/ui/select";
import { Tick } from "@/components/ui/tick";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

/** What is still to be done because of incidents: by whom, until when. */
export function FollowUpsView() {
  const { tenantSlug, hrefOf } = useScope();
  const { params, set } = useParamsState();
  const show = params.get("show") === "done" ? "done" : "open";
  const mine = params.get("of") === "mine";
  const options = useTRPC().incidentReviews.followUps.queryOptions(
    { tenantSlug, show, mine },
    { placeholderData: keepPreviousData },
  );
  const query = useQuery(options);
  return (
    <>
      <PageHeader
        aside={query.data && asideOf(query.data)}
        actions={
          <Link className="text-ink-2 underline" href={hrefOf("incidents")}>
            {t("Incidents")}
          </Link>
        }
        title={t("Follow-ups")}
      >
        <Select
          choices={[
            { value: "", label: t("To be done") },
            { value: "done", label: t("Done") },
          ]}
          label={t("Show")}
          labelHidden
          name="show"
          onChange={(event) => set({ show: event.target.value || undefined })}
          value={show === "done" ? "done" : ""}
        />
        <Select
          choices={[
            { value: "", label: t("Everybody's") },
            { value: "mine", label: t("Mine") },
          ]}
          label={t("Whose")}
          labelHidden
          name="of"
          onChange={(event) => set({ of: event.target.value || undefined })}
          value={mine ? "mine" : ""}
        />
      </PageHeader>
      <QueryView query={query}>{({ items }) => <Rows done={show === "done"} mine={mine} rows={items} />}</QueryView>
    </>
  );
}

const asideOf = ({ open, late }: Readonly<{ open: number; late: number }>): string =>
  [
    open > 0 && t("{n, plural, one {# to be done} other {# to be done}}", { n: open }),
    late > 0 && t("{n, plural, one {# over its day} other {# over their day}}", { n: late }),
  ]
    .filter(Boolean)
    .join(", ");

function Rows({ rows, done, mine }: Readonly<{ rows: readonly FollowUpRow[]; done: boolean; mine: boolean }>) {
  const { tenantSlug, can, hrefOf } = useScope();
  const { tick } = useReview();
  const ticks: Column<FollowUpRow> = {
    key: "done",
    header: <span className="sr-only">{t("Done")}</span>,
    fold: "lead-end",
    cell: ({ id, text, doneAt }) => (
      <Tick
        checked={doneAt !== null}
        label={t("Done: {what}", { what: text })}
        onChange={(now) => tick.mutate({ tenantSlug, followUpId: id, done: now })}
      />
    ),
  };
  return (
    <>
      {tick.error && <ErrorState {...refusalOf(tick.error)} />}
      <DataTable
        caption={t("Follow-ups")}
        columns={[...(can("incidents.write") ? [ticks] : []), ...columnsOf(hrefOf("incidents"))]}
        empty={
          <Empty
            title={done ? t("Nothing is done yet.") : mine ? t("Nothing is yours to do.") : t("Nothing is to be done.")}
          >
            {t("Follow-ups are written down in the review of an incident, with somebody who does them and a day.")}
          </Empty>
        }
        rowKey={({ id }) => id}
        rows={rows}
      />
    </>
  );
}

const columnsOf = (incidents: string): readonly Column<FollowUpRow>[] => [
  {
    key: "what",
    header: t("What"),
    grow: "text",
    fold: "lead",
    cell: ({ text }) => (
      <span className="font-medium break-words" title={text}>
        {text}
      </span>
    ),
  },
  {
    key: "owner",
    header: t("By"),
    fold: "second-end",
    cell: ({ ownerName }) => ownerName ?? <span className="text-ink-3">{t("Nobody")}</span>,
  },
  { key: "due", header: t("Until"), named: true, fold: "second", cell: (row) => <Due row={row} /> },
  {
    key: "incident",
    header: t("Incident"),
    fold: "below",
    cell: ({ incidentId, incident, title }) => (
      <Link
        className="block max-w-80 truncate underline"
        data-row=""
        href={`${incidents}/review/${incidentId}`}
        title={title}
      >
        {incident} {title}
      </Link>
    ),
  },
];

function Due({ row: { dueOn, doneAt, late } }: Readonly<{ row: FollowUpRow }>) {
  if (doneAt) return <Moment at={doneAt} />;
  if (dueOn === null) return <span className="text-ink-3">{t("without a day")}</span>;
  const day = dayOfText(dueOn);
  return late ? (
    <span className="figures font-medium text-bad">{t("{day}, over", { day })}</span>
  ) : (
    <span className="figures">{day}</span>
  );
}
