"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { useOpen } from "@/components/ui/use-open";
import { t } from "@/server/kernel/words";

/** What an incident took in. Each part can be opened, and taken out again from here; U takes out the last. */
export function IncidentParts({ parts }: Pick<IncidentDetail, "parts">) {
  const { tenantSlug, can } = useScope();
  const { unmerge } = useIncident();
  return (
    <ul className="grid gap-1">
      {parts.map(({ id, number }, index) => (
        <li className="flex flex-wrap items-center gap-x-3" key={id}>
          <OtherIncident id={id} number={number} />
          {can("incidents.write") && (
            <Button
              busy={unmerge.isPending && unmerge.variables.incidentId === id && t("Taking out…")}
              data-shortcut={index === parts.length - 1 ? "u" : undefined}
              onClick={() => unmerge.mutate({ tenantSlug, incidentId: id })}
            >
              {t("Take out {number}", { number })}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

export function OtherIncident({ id, number }: Readonly<{ id: string; number: string }>) {
  const { open } = useOpen();
  return (
    <Button look="quiet" onClick={() => open(id)}>
      {t("Incident {number}", { number })}
    </Button>
  );
}
