"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentDetail } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { DismissIncident } from "@/components/incidents/dismiss-incident";
import { moveText, severityChoices } from "@/components/incidents/incident-words";
import { MergeIncident } from "@/components/incidents/merge-incident";
import { MoveIncident } from "@/components/incidents/move-incident";
import { SnoozeIncidents } from "@/components/incidents/snooze-incidents";
import { TellCustomer } from "@/components/incidents/tell-customer";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { ErrorState } from "@/components/ui/error-state";
import { Select } from "@/components/ui/select";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import { t } from "@/server/kernel/words";

/** What else can be done with an incident in its state; what needs a reason asks for it. */
export function IncidentActions({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const { tenantSlug } = useScope();
  const { move, unmerge } = useIncident();
  const [asking, setAsking] = useState<IncidentState | "merge">();
  const { id, ways, mergedInto } = incident;
  const failed = move.error ?? unmerge.error;
  const active = mergedInto === null && incident.closedAt === null;
  const one = { tenantSlug, incidentId: id };
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        {ways
          .filter(({ state }) => !(incident.state === "triage" && state === "open") && state !== "reviewed")
          .map(({ state, reason }) => (
            <Button
              busy={move.isPending && move.variables.state === state && t("incident|Moving…")}
              data-shortcut={state === "dismissed" ? "3" : undefined}
              key={state}
              onClick={() => (reason ? setAsking(state) : move.mutate({ ...one, state }))}
            >
              {moveText(state)}
              {reason && "…"}
            </Button>
          ))}
        {ways.some(({ state }) => state === "reviewed") && <ToReview incidentId={id} />}
        {active && (
          <Button data-shortcut="2 m" onClick={() => setAsking("merge")}>
            {t("Merge…")}
          </Button>
        )}
        <TellCustomer incident={incident} />
        {active && <Later incident={incident} />}
        {mergedInto !== null && (
          <Button busy={unmerge.isPending && t("Taking out…")} data-shortcut="u" onClick={() => unmerge.mutate(one)}>
            {t("Take it out of {number}", { number: mergedInto.number })}
          </Button>
        )}
      </div>
      {failed && <ErrorState {...refusalOf(failed)} />}
      {active && <Who incident={incident} />}
      {asking === "merge" && <MergeIncident incident={incident} onClose={() => setAsking(undefined)} />}
      {asking === "dismissed" && <DismissIncident incident={incident} onClose={() => setAsking(undefined)} />}
      {asking !== undefined && asking !== "merge" && asking !== "dismissed" && (
        <MoveIncident incident={incident} onClose={() => setAsking(undefined)} state={asking} />
      )}
    </div>
  );
}

/** An incident is reviewed by writing, on a page of its own. */
function ToReview({ incidentId }: Readonly<{ incidentId: string }>) {
  const { hrefOf } = useScope();
  return (
    <Link className={buttonClass("primary")} href={`${hrefOf("incidents")}/review/${incidentId}`}>
      {t("Write the review…")}
    </Link>
  );
}

/** Puts it off, or brings it back. */
function Later({ incident: { id, number, snoozedUntil } }: Readonly<{ incident: IncidentDetail }>) {
  const { tenantSlug } = useScope();
  const { snooze } = useIncident();
  const [asking, setAsking] = useState(false);
  return (
    <>
      {snoozedUntil ? (
        <Button
          busy={snooze.isPending && t("Bringing back…")}
          data-shortcut="h"
          onClick={() => snooze.mutate({ tenantSlug, incidentIds: [id], until: null })}
        >
          {t("Bring it back")}
        </Button>
      ) : (
        <Button data-shortcut="h" onClick={() => setAsking(true)}>
          {t("Snooze…")}
        </Button>
      )}
      {asking && (
        <SnoozeIncidents
          incidentIds={[id]}
          onClose={() => setAsking(false)}
          title={t("Snooze incident {number}", { number })}
        />
      )}
    </>
  );
}

function Who({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const { tenantSlug } = useScope();
  const { rate, assign } = useIncident();
  const owners = useQuery(useTRPC().incidents.owners.queryOptions({ tenantSlug }));
  const failed = rate.error ?? assign.error;
  const people = (owners.data ?? []).map(({ id, name }) => ({ value: id as string, label: name }));
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-3">
        <Select
          choices={severityChoices()}
          data-shortcut="s"
          label={t("Severity")}
          name="severity"
          onChange={(event) =>
            rate.mutate({ tenantSlug, incidentId: incident.id, severity: event.target.value as Severity })
          }
          value={incident.severity}
        />
        <Select
          choices={[{ value: "", label: t("Nobody") }, ...people]}
          data-shortcut="a"
          label={t("Owner")}
          name="owner"
          onChange={(event) =>
            assign.mutate({ tenantSlug, incidentId: incident.id, ownerId: event.target.value || null })
          }
          value={incident.ownerId ?? ""}
        />
      </div>
      {failed && <ErrorState {...refusalOf(failed)} />}
    </div>
  );
}
