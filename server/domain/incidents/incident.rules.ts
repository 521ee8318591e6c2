import type { DismissReason } from "@/server/domain/incidents/dismiss-reasons.schema";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";

/** Where an incident may go from each state; what is over may be opened again, because one may have been wrong. */
const ways: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  triage: ["open", "dismissed"],
  open: ["contained", "monitoring", "resolved", "dismissed"],
  contained: ["monitoring", "resolved"],
  monitoring: ["open", "contained", "resolved"],
  resolved: ["reviewed", "open"],
  reviewed: ["open"],
  dismissed: ["open"],
};

/** The states that an incident can be moved to from this one. */
export const nextStates = (state: IncidentState): readonly IncidentState[] => ways[state];

const over: readonly IncidentState[] = ["resolved", "reviewed", "dismissed"];
/** Nobody has to do anything about it any more, apart from learning. */
export const isOver = (state: IncidentState): boolean => over.includes(state);

/** Whether the one who moves it must say why, by a reason of the list or in words: who reads it next year was not there. */
export const needsReason = (from: IncidentState, to: IncidentState): boolean =>
  to === "dismissed" || to === "resolved" || isOver(from) !== isOver(to);

/** Whether that must be said in words: a dismissal for a reason of the list says enough. */
export const needsText = (from: IncidentState, to: IncidentState, reason: DismissReason | undefined): boolean =>
  to === "dismissed" ? reason === undefined || reason === "other" : needsReason(from, to);

/** Minutes from the opening within which somebody must have taken an incident, and have contained it; null: no clock. */
const clocks: Readonly<Record<Severity, { readonly acknowledge: number; readonly contain: number | null }>> = {
  critical: { acknowledge: 5, contain: 15 },
  high: { acknowledge: 15, contain: 60 },
  medium: { acknowledge: 60, contain: 240 },
  low: { acknowledge: 480, contain: null },
};

/** Minutes from the opening within which somebody must have taken an incident. */
export const acknowledgeMinutes = (severity: Severity): number => clocks[severity].acknowledge;

/** The minutes of both clocks by severity, in the order of these severities; null: no clock. */
export const clockMinutes = (of: "acknowledge" | "contain", severities: readonly Severity[]): (number | null)[] =>
  severities.map((severity) => clocks[severity][of]);

/** What is to be done next about an incident, and since when and until when; null when no clock runs. */
export type Due = { readonly what: "acknowledge" | "contain"; readonly since: Date; readonly dueAt: Date } | null;

/** The clock that runs: to be taken first, then to be contained. */
export function dueOf(incident: Timed, now: Date): Due {
  if (incident.closedAt !== null) return null;
  const both = clocksOf(incident, now);
  const since = incident.openedAt;
  if (both.acknowledge.metAt === null) return { what: "acknowledge", since, dueAt: both.acknowledge.dueAt };
  return both.contain && both.contain.metAt === null ? { what: "contain", since, dueAt: both.contain.dueAt } : null;
}

export type Clock = { readonly dueAt: Date; readonly metAt: Date | null; readonly late: boolean };

type Timed = Readonly<{
  severity: Severity;
  state: IncidentState;
  openedAt: Date;
  acknowledgedAt: Date | null;
  containedAt: Date | null;
  closedAt: Date | null;
}>;

/** The two clocks of an incident at a moment. What was closed without being contained needs no containment any more. */
export function clocksOf(incident: Timed, now: Date): { acknowledge: Clock; contain: Clock | null } {
  const { acknowledge, contain } = clocks[incident.severity];
  const clock = (minutes: number, metAt: Date | null): Clock => {
    const dueAt = new Date(incident.openedAt.getTime() + minutes * 60_000);
    return { dueAt, metAt, late: (metAt ?? now) > dueAt };
  };
  return {
    acknowledge: clock(acknowledge, incident.acknowledgedAt ?? incident.closedAt),
    contain: contain === null ? null : clock(contain, incident.containedAt ?? incident.closedAt),
  };
}
