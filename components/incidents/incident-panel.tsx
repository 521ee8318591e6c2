"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useCutPoll } from "@/components/api/live";
import type { IncidentDetail } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { FactChip } from "@/components/blocks/fact-chip";
import { CommentIncident } from "@/components/incidents/comment-incident";
import { Containments } from "@/components/incidents/containments";
import { reasonText } from "@/components/incidents/dismiss-words";
import { DueRing } from "@/components/incidents/due-ring";
import { EvidenceSection } from "@/components/incidents/evidence-section";
import { Contacts, FirstActs } from "@/components/incidents/first-acts";
import { IncidentActions } from "@/components/incidents/incident-actions";
import { IncidentState, Severity } from "@/components/incidents/incident-badges";
import { IncidentClock } from "@/components/incidents/incident-clock";
import { IncidentParts, OtherIncident } from "@/components/incidents/incident-parts";
import { IncidentSubjects } from "@/components/incidents/incident-subjects";
import { LossMeter } from "@/components/incidents/loss-meter";
import { Timeline } from "@/components/incidents/timeline";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Fact, Facts } from "@/components/ui/facts";
import { later } from "@/components/ui/later";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

const ReviewSection = later(() => import("@/components/incidents/review-section").then((file) => file.ReviewSection));

const RelatedIncidents = later(() =>
  import("@/components/incidents/related-incidents").then((file) => file.RelatedIncidents),
);
const IncidentCalls = later(() => import("@/components/incidents/incident-calls").then((file) => file.IncidentCalls));

const LOSS_MS = 10_000;
/** Calls that begin and end tell nobody of incidents: while money runs its sum is asked for now and then, and the page ticks between. */
const freshEvery = (losses: IncidentDetail["losses"] | undefined): number | false =>
  losses?.some(({ live }) => live > 0) ? LOSS_MS : false;

/** One incident: what it is, what it touches, what was done. */
export function IncidentPanel({ incidentId, onClose }: Readonly<{ incidentId: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const poll = useCutPoll();
  const query = useQuery(
    useTRPC().incidents.get.queryOptions(
      { tenantSlug, incidentId },
      { refetchInterval: ({ state }) => poll || freshEvery(state.data?.losses) },
    ),
  );
  return (
    <Panel
      onClose={onClose}
      subject={incidentId}
      title={query.data ? t("Incident {number}", { number: query.data.number }) : t("Incident")}
    >
      <QueryView query={query}>{(incident) => <Room incident={incident} />}</QueryView>
    </Panel>
  );
}

function Room({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const { can } = useScope();
  return (
    <div className="grid gap-6">
      <div className="grid gap-3">
        <p className="text-md font-medium break-words">{incident.title}</p>
        <p className="flex flex-wrap gap-x-3">
          <Severity severity={incident.severity} />
          <IncidentState state={incident.state} />
          {incident.due && <DueRing due={incident.due} serverNow={incident.now} />}
        </p>
        {incident.losses.length > 0 && <LossMeter losses={incident.losses} now={incident.now} />}
      </div>
      <FirstActs incident={incident} />
      {can("incidents.write") && <IncidentActions incident={incident} />}
      {incident.closedAt === null && can("calls.read") && <IncidentCalls subjects={incident.subjects} />}
      <Containments incidentId={incident.id} />
      <Facts facts={factsOf(incident)} />
      {incident.subjects.length > 0 && <IncidentSubjects incident={incident} />}
      {incident.subjects.length > 0 && <RelatedIncidents incidentId={incident.id} />}
      {can("evidence.read") && <EvidenceSection incidentId={incident.id} />}
      {incident.state !== "triage" && incident.state !== "dismissed" && <ReviewSection incidentId={incident.id} />}
      <Section title={t("Timeline")}>
        <Timeline incident={incident} />
        {can("incidents.write") && <CommentIncident incidentId={incident.id} />}
      </Section>
    </div>
  );
}

/** Where it comes from, where that is a network; rules about other things name those. */
function Source({ incident: { number, source } }: Readonly<{ incident: IncidentDetail }>) {
  const reason = t("Incident {number}", { number });
  return /^[\d.:a-f/]+$/i.test(source) && /[.:]/.test(source) ? (
    <FactChip kind="address" reason={reason} value={source} />
  ) : (
    <code>{source}</code>
  );
}

function factsOf(incident: IncidentDetail): readonly Fact[] {
  const facts: (Fact | false)[] = [
    incident.source !== "" && { label: t("source|From"), value: <Source incident={incident} /> },
    { label: t("Signals"), value: <span className="figures">{incident.signals}</span> },
    { label: t("First seen"), value: <Moment at={incident.firstAt} full /> },
    { label: t("Last seen"), value: <Moment at={incident.lastAt} full /> },
    { label: t("Owner"), value: incident.ownerName ?? t("Nobody") },
    incident.contacts.length > 0 && {
      label: t("Numbers for emergencies"),
      value: <Contacts contacts={incident.contacts} />,
    },
    incident.snoozedUntil !== null && { label: t("Put off until"), value: <Moment at={incident.snoozedUntil} full /> },
    { label: t("Taken"), value: <IncidentClock clock={incident.clocks.acknowledge} now={incident.now} /> },
    incident.clocks.contain !== null && {
      label: t("Contained"),
      value: <IncidentClock clock={incident.clocks.contain} now={incident.now} />,
    },
    incident.dismissedAs !== null && { label: t("Dismissed as"), value: reasonText(incident.dismissedAs) },
    incident.outcome !== "" && { label: t("Outcome"), value: incident.outcome },
    incident.mergedInto !== null && {
      label: t("Part of"),
      value: <OtherIncident id={incident.mergedInto.id} number={incident.mergedInto.number} />,
    },
    incident.parts.length > 0 && {
      label: t("Took in"),
      value: <IncidentParts parts={incident.parts} />,
    },
  ];
  return facts.filter((fact) => fact !== false);
}
