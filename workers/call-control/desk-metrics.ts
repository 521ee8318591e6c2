import type { Gauge } from "prom-client";

import type { DeskGauges } from "@/server/domain/incidents/desk-gauges";
import { severities } from "@/server/domain/incidents/incident.schema";

type MakeGauge = (name: string, help: string, labels?: readonly string[]) => Gauge;

/** How old the secrets of the manager interface are, by the names of their variables. */
export function secretGauge(
  gauge: MakeGauge,
): (read: readonly Readonly<{ name: string; age_seconds: number }>[]) => void {
  const age = gauge("manager_secret_age_seconds", "Since a secret of the manager interface is used.", ["name"]);
  return (read) => {
    age.reset();
    for (const { name, age_seconds } of read) age.set({ name }, Math.max(0, age_seconds));
  };
}

/** How the incident desk stands. Without an answer of the database its lines are left out rather than shown as nothing. */
export function deskGauges(gauge: MakeGauge): (read: DeskGauges | undefined) => void {
  const open = gauge("incidents_open", "Incidents that are not over.", ["severity", "state"]);
  const waiting = gauge("incident_oldest_unacknowledged_age_seconds", "Since when the oldest waits for somebody.", [
    "severity",
  ]);
  const steps = gauge("containment_steps_open", "Steps of containments that hold and are not done.", ["state"]);
  const signals = gauge("signals_last_hour", "What rules count, within the last hour.", ["signal"]);
  const bans = gauge("bans_active", "Bans that hold.", ["scope"]);
  const blocks = gauge("blocks_active", "Blocks that hold.", ["kind"]);
  return (read) => {
    for (const one of [open, waiting, steps, signals, bans, blocks]) one.reset();
    if (!read) return;
    for (const severity of severities) {
      const these = read.incidents.filter((one) => one.severity === severity);
      waiting.set({ severity }, Math.max(0, ...these.map((one) => one.waiting ?? 0)));
      // Also where there is none: an alarm about a line that is not there is silent.
      for (const state of ["triage", "open", "contained", "monitoring"]) {
        open.set({ severity, state }, these.find((one) => one.state === state)?.count ?? 0);
      }
    }
    for (const state of ["waiting", "running", "failed"]) steps.set({ state }, read.steps[state] ?? 0);
    for (const [signal, n] of Object.entries(read.signals)) signals.set({ signal }, n);
    for (const scope of ["sip", "web"]) bans.set({ scope }, read.bans[scope] ?? 0);
    for (const kind of ["tenant", "extension", "destination"]) blocks.set({ kind }, read.blocks[kind] ?? 0);
  };
}
