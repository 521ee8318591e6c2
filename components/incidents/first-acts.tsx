"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Contain } from "@/components/incidents/containments";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { ErrorState } from "@/components/ui/error-state";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

const ROW =
  "flex flex-wrap gap-2 max-sm:sticky max-sm:-top-4 max-sm:z-10 max-sm:flex-nowrap max-sm:bg-surface max-sm:py-2 max-sm:*:min-h-12 max-sm:*:min-w-0 max-sm:*:flex-1";

/**
 * What an incident that is open needs first: stopped, taken, and somebody called. On a telephone these stay on the screen, as
 * high as a thumb is wide.
 */
export function FirstActs({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const { tenantSlug, can } = useScope();
  const { take } = useIncident();
  const { id, mergedInto, closedAt, acknowledgedAt, contacts } = incident;
  if (mergedInto !== null || closedAt !== null) return null;
  const [first] = contacts;
  const acts = can("incidents.write");
  if (!acts && !first) return null;
  return (
    <>
      <div className={ROW}>
        {acts && <Contain incident={incident} />}
        {acts && acknowledgedAt === null && (
          <Button
            busy={take.isPending && t("Taking…")}
            data-shortcut="1"
            look="primary"
            onClick={() => take.mutate({ tenantSlug, incidentId: id })}
          >
            {t("Take it")}
          </Button>
        )}
        {first && (
          <a className={buttonClass()} href={`tel:${first.number}`}>
            <Icon name="calls" />
            <span className="truncate">{t("Call {tenant}", { tenant: first.tenantName })}</span>
          </a>
        )}
      </div>
      {take.error && <ErrorState {...refusalOf(take.error)} />}
    </>
  );
}

/** Every number for emergencies that the tenants concerned have set. */
export function Contacts({ contacts }: Pick<IncidentDetail, "contacts">) {
  return (
    <ul className="grid gap-1">
      {contacts.map(({ tenantName, number }) => (
        <li key={`${tenantName} ${number}`}>
          {tenantName}{" "}
          <a className="figures underline" href={`tel:${number}`}>
            {number}
          </a>
        </li>
      ))}
    </ul>
  );
}
