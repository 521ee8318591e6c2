"use client";

import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentDetail } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ incident: IncidentDetail; onClose: () => void }>;

/** Makes an incident part of another that is going on. */
export function MergeIncident({ incident, onClose }: Props) {
  const { tenantSlug } = useScope();
  const { merge } = useIncident(onClose);
  const { problems, read } = useFields({ into: checks.filled(msg("The other incident is missing.")) });
  const list = useQuery(useTRPC().incidents.list.queryOptions({ tenantSlug, show: "active", limit: 200 }));
  const others = (list.data?.items ?? []).filter(({ id }) => id !== incident.id);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) merge.mutate({ tenantSlug, incidentId: incident.id, intoIncidentId: values.into });
  }

  return (
    <Dialog onClose={onClose} title={t("Merge incident {number}", { number: incident.number })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          {t(
            "Its signals count for the other one from then on. Both keep their timeline, and it can be taken out again.",
          )}
        </p>
        <Select
          choices={[
            { value: "", label: others.length === 0 ? t("There is no other") : t("Choose") },
            ...others.map(({ id, number, title }) => ({ value: id, label: `${number} ${title}` })),
          ]}
          label={t("Into")}
          name="into"
          problem={problems.into}
        />
        <FormEnd
          busy={merge.isPending && t("Merging…")}
          onCancel={onClose}
          refusal={merge.error ? refusalOf(merge.error) : undefined}
          submit={t("Merge")}
        />
      </form>
    </Dialog>
  );
}
