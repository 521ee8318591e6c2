"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { IncidentReview } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { FollowUpList } from "@/components/incidents/follow-up-list";
import { lackingText, partText } from "@/components/incidents/review-words";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** What was learnt, in the room; it is written on a page of its own. */
export function ReviewSection({ incidentId }: Readonly<{ incidentId: string }>) {
  const { tenantSlug, can, hrefOf } = useScope();
  const query = useQuery(useTRPC().incidentReviews.get.queryOptions({ tenantSlug, incidentId }));
  const writes = can("incidents.write") && query.data && !query.data.shared && query.data.finishedAt === null;
  return (
    <Section
      aside={
        <Link className={buttonClass()} href={`${hrefOf("incidents")}/review/${incidentId}`}>
          {writes ? t("Write the review…") : t("Open the review")}
        </Link>
      }
      title={t("Review")}
    >
      <QueryView query={query}>{(review) => <Short review={review} />}</QueryView>
    </Section>
  );
}

function Short({ review }: Readonly<{ review: IncidentReview }>) {
  const { version, shared, number, finishedAt, followUps, lacking } = review;
  return (
    <div className="grid gap-2">
      {shared && (
        <p className="text-ink-2">{t("It is the one of incident {number}, which this is part of.", { number })}</p>
      )}
      {version === 0 && <p className="text-ink-2">{t("Nothing is written yet.")}</p>}
      <ReviewTexts review={review} />
      {version > 0 && finishedAt === null && lacking.length > 0 && <p className="text-warn">{lackingText(lacking)}</p>}
      {followUps.length > 0 && <FollowUpList followUps={followUps} />}
    </div>
  );
}

const texts = ["cause", "worked", "changes"] as const;

/** The three texts, as far as they are written. */
export function ReviewTexts({ review }: Readonly<{ review: IncidentReview }>) {
  const written = texts.filter((part) => review[part] !== "");
  if (written.length === 0) return null;
  return (
    <dl className="grid gap-2">
      {written.map((part) => (
        <div key={part}>
          <dt className="text-xs text-ink-3">{partText(part)}</dt>
          <dd className="break-words whitespace-pre-wrap">{review[part]}</dd>
        </div>
      ))}
    </dl>
  );
}
