"use client";

import type { ReactNode } from "react";

import type { IncidentReview } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { agoText } from "@/components/calls/duration-text";
import { stepsText } from "@/components/incidents/review-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Fact, Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type ReviewFactsOf = IncidentReview["facts"];

/** What the incident says by itself: when, for how much, what was done, what was kept. */
export function ReviewFacts({ facts }: Readonly<{ facts: ReviewFactsOf }>) {
  const { timeZone } = useScope();
  return (
    <div className="grid content-start gap-5">
      <Section level={2} title={t("What is on record")}>
        <Facts facts={timesOf(facts)} />
      </Section>
      {facts.steps.length > 0 && (
        <Section level={2} title={t("What was done")}>
          <p className="break-words whitespace-pre-line">{stepsText(facts.steps, timeZone)}</p>
        </Section>
      )}
      {facts.evidence.length > 0 && (
        <Section level={2} title={t("Evidence")}>
          <Kept evidence={facts.evidence} />
        </Section>
      )}
    </div>
  );
}

function timesOf(facts: ReviewFactsOf): readonly Fact[] {
  const { signals, firstAt, openedAt, acknowledgedAt, containedAt, releasedAt, closedAt, losses, outcome } = facts;
  return [
    { label: t("First signal"), value: <Moment at={firstAt} full /> },
    { label: t("Opened"), value: <Passed at={openedAt} since={firstAt} /> },
    { label: t("Taken"), value: <Passed at={acknowledgedAt} since={openedAt} /> },
    { label: t("Contained"), value: <Passed at={containedAt} since={openedAt} /> },
    { label: t("Released"), value: <Passed at={releasedAt} since={containedAt ?? openedAt} /> },
    { label: t("Over"), value: <Passed at={closedAt} since={openedAt} /> },
    { label: t("Signals"), value: <span className="figures">{signals}</span> },
    { label: t("Money lost"), value: lossesOf(losses) },
    ...(outcome ? [{ label: t("Outcome"), value: outcome }] : []),
  ];
}

const lossesOf = (losses: ReviewFactsOf["losses"]): ReactNode =>
  losses.length === 0
    ? "–"
    : losses.map(({ currency, spentMicros, calls }) => (
        <span className="block" key={currency}>
          <Money currency={currency} micros={spentMicros} />{" "}
          <span className="text-ink-2">{t("in {n, plural, one {# call} other {# calls}}", { n: calls })}</span>
        </span>
      ));

/** When something happened, and how long that was after something else. */
function Passed({ at, since }: Readonly<{ at: Date | null; since: Date }>) {
  if (at === null) return <span className="text-ink-3">–</span>;
  const passed = at.getTime() - since.getTime();
  return (
    <span className="inline-flex flex-wrap gap-x-2">
      <Moment at={at} full />
      {passed >= 1_000 && <span className="text-ink-2">{t("after {time}", { time: agoText(passed) })}</span>}
    </span>
  );
}

function Kept({ evidence }: Readonly<{ evidence: ReviewFactsOf["evidence"] }>) {
  const { tenantSlug, can } = useScope();
  return (
    <ul className="grid">
      {evidence.map(({ number, at, reason, sha256 }) => {
        const name = t("Snapshot {number}", { number });
        return (
          <li className="grid border-b py-1" key={number}>
            <span className="flex flex-wrap justify-between gap-x-4">
              {can("evidence.read") ? (
                <a className="font-medium underline" download href={`/api/evidence/${tenantSlug}/${number}`}>
                  {name}
                </a>
              ) : (
                <span className="font-medium">{name}</span>
              )}
              <Moment at={at} full />
            </span>
            <span className="break-words text-ink-2">{reason}</span>
            <code className="text-xs break-all text-ink-3">{sha256}</code>
          </li>
        );
      })}
    </ul>
  );
}
