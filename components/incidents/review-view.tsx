"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { IncidentReview } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { FollowUpList } from "@/components/incidents/follow-up-list";
import { IncidentState } from "@/components/incidents/incident-badges";
import { ReviewFacts } from "@/components/incidents/review-facts";
import { ReviewForm } from "@/components/incidents/review-form";
import { ReviewTexts } from "@/components/incidents/review-section";
import { lackingText } from "@/components/incidents/review-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** What was learnt from an incident: written beside what is on record, read, and printed. */
export function ReviewView({ incidentId }: Readonly<{ incidentId: string }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().incidentReviews.get.queryOptions({ tenantSlug, incidentId }));
  return <QueryView query={query}>{(review) => <Loaded review={review} />}</QueryView>;
}

/** Whether it can still be written: while its incident goes on, and when it was resolved. */
const open = ({ shared, finishedAt, state }: IncidentReview): boolean =>
  !shared && finishedAt === null && state !== "dismissed" && state !== "reviewed";

function Loaded({ review }: Readonly<{ review: IncidentReview }>) {
  const { can, hrefOf } = useScope();
  const { incidentId, number, title, shared, state } = review;
  const writing = can("incidents.write") && open(review);
  return (
    <>
      <PageHeader
        actions={
          <span className="flex gap-2 print:hidden">
            <Button onClick={() => window.print()}>{t("Print")}</Button>
          </span>
        }
        aside={
          <Link className="text-ink-2 underline print:hidden" href={`${hrefOf("incidents")}?open=${incidentId}`}>
            {t("Open the incident")}
          </Link>
        }
        title={t("Review of incident {number}", { number })}
      />
      <p className="flex flex-wrap gap-x-3 pb-4">
        <span className="font-medium break-words">{title}</span>
        <IncidentState state={state} />
        <Saved review={review} />
      </p>
      {shared && (
        <p className="pb-4 text-ink-2">
          {t("The incident that was asked for is part of this one, so they share this review.")}
        </p>
      )}
      <div className="grid gap-8 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)] print:grid-cols-1">
        <ReviewFacts facts={review.facts} />
        {writing && (
          <div className="print:hidden">
            <ReviewForm review={review} />
          </div>
        )}
        <div className={writing ? "hidden print:block" : undefined}>
          <Written review={review} />
        </div>
      </div>
    </>
  );
}

function Saved({ review }: Readonly<{ review: IncidentReview }>) {
  const { savedAt, savedBy, finishedAt } = review;
  if (!savedAt) return <span className="text-ink-3">{t("Nothing is written yet.")}</span>;
  return (
    <span className="text-ink-3">
      {finishedAt
        ? rich("Finished {at}", { at: <Moment at={finishedAt} full /> })
        : rich("A draft, saved {at} by {person}", { at: <Moment at={savedAt} />, person: savedBy ?? "" })}
    </span>
  );
}

/** As it is read and printed. */
function Written({ review }: Readonly<{ review: IncidentReview }>) {
  const { finishedAt, lacking, followUps } = review;
  return (
    <div className="grid content-start gap-5">
      <ReviewTexts review={review} />
      {finishedAt === null && lacking.length > 0 && <p className="text-warn">{lackingText(lacking)}</p>}
      <Section level={2} title={t("Follow-ups")}>
        <FollowUpList followUps={followUps} />
      </Section>
    </div>
  );
}
