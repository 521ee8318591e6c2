"use client";

import type { IncidentDetail } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { DismissForm } from "@/components/incidents/dismiss-form";
import { moveText } from "@/components/incidents/incident-words";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ incident: IncidentDetail; onClose: () => void }>;

/** Ends an incident that was none, for a reason of the list. */
export function DismissIncident({ incident, onClose }: Props) {
  const { tenantSlug } = useScope();
  const { move } = useIncident(onClose);
  const dismiss = moveText("dismissed");
  return (
    <Dialog onClose={onClose} title={t("{move}: incident {number}", { move: dismiss, number: incident.number })}>
      <DismissForm
        busy={move.isPending && t("incident|Moving…")}
        onCancel={onClose}
        onReason={(reason, text) =>
          move.mutate({ tenantSlug, incidentId: incident.id, state: "dismissed", reason, ...(text ? { text } : {}) })
        }
        refusal={move.error ? refusalOf(move.error) : undefined}
        submit={dismiss}
      />
    </Dialog>
  );
}
