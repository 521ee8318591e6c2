"use client";

import type { FollowUp } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { dayOfText } from "@/components/incidents/review-words";
import { useReview } from "@/components/incidents/use-review";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { ErrorState } from "@/components/ui/error-state";
import { Tick } from "@/components/ui/tick";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** What is still to be done after an incident, and what was: each is ticked off where it stands. */
export function FollowUpList({ followUps }: Readonly<{ followUps: readonly FollowUp[] }>) {
  const { tenantSlug, can } = useScope();
  const { tick } = useReview();
  if (followUps.length === 0) return <p className="text-ink-2">{t("No follow-up.")}</p>;
  return (
    <div className="grid gap-2">
      <ul className="grid">
        {followUps.map(({ id, text, ownerName, dueOn, doneAt, doneBy }) => (
          <li className="flex items-start gap-2 border-b py-1.5" key={id}>
            {can("incidents.write") && (
              <Tick
                checked={doneAt !== null}
                label={t("Done: {what}", { what: text })}
                onChange={(done) => tick.mutate({ tenantSlug, followUpId: id, done })}
              />
            )}
            <span className="grid min-w-0 flex-1">
              <span className="break-words">{text}</span>
              <span className="text-xs text-ink-2">
                {ownerName ?? t("Nobody")}
                {" · "}
                {doneAt
                  ? rich("done {at} by {person}", { at: <Moment at={doneAt} />, person: doneBy ?? "" })
                  : dueOn
                    ? t("until {day}", { day: dayOfText(dueOn) })
                    : t("without a day")}
              </span>
            </span>
          </li>
        ))}
      </ul>
      {tick.error && <ErrorState {...refusalOf(tick.error)} />}
    </div>
  );
}
