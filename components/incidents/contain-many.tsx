"use client";

import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { ContainSum, IncidentRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { ContainOffer } from "@/components/incidents/contain-offer";
import { leftOutText, offersOfMany, some } from "@/components/incidents/contain-words";
import { ManyContained } from "@/components/incidents/many-contained";
import { useMany } from "@/components/incidents/use-many";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Notice } from "@/components/ui/notice";
import { optionalSteps } from "@/server/domain/incidents/containment.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly IncidentRow[]; onClose: () => void; onDone: () => void }>;

/** Contains each of several incidents as if it were alone: first what that would do together, then what became of each. */
export function ContainMany({ rows, onClose, onDone }: Props) {
  const many = useMany();
  const title = t("Contain {n, plural, one {# incident} other {# incidents}}", { n: rows.length });
  if (many.results) return <ManyContained onClose={onDone} results={many.results} rows={rows} title={title} />;
  return (
    <Dialog onClose={onClose} size="middle" title={title}>
      <Ask many={many} onClose={onClose} rows={rows} />
    </Dialog>
  );
}

function Ask({ rows, many, onClose }: Omit<Props, "onDone"> & Readonly<{ many: ReturnType<typeof useMany> }>) {
  const { tenantSlug } = useScope();
  const incidentIds = rows.map(({ id }) => id);
  const preview = useQuery(useTRPC().incidentsMany.containPreview.queryOptions({ tenantSlug, incidentIds }));
  function submit(event: FormEvent<HTMLFormElement>, sum: ContainSum) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const ticked = data.getAll("step");
    const text = String(data.get("text") ?? "").trim();
    many.contain.mutate({
      ...{ tenantSlug, incidentIds: sum.with.map(({ incidentId }) => incidentId) },
      skip: optionalSteps.filter((step) => !ticked.includes(step)),
      ...(text ? { text } : {}),
    });
  }
  return (
    <QueryView query={preview}>
      {(sum) => (
        <form className="grid gap-4" noValidate onSubmit={(event) => submit(event, sum)}>
          <Left rows={rows} sum={sum} />
          {sum.with.length > 0 && (
            <>
              <Offers sum={sum} />
              <Field data-first="" label={t("Why")} maxLength={4_000} name="text" required={false} />
              <FormEnd
                busy={many.contain.isPending && t("Containing…")}
                onCancel={onClose}
                refusal={many.contain.error ? refusalOf(many.contain.error) : undefined}
                submit={t("Contain {n, plural, one {# incident} other {# incidents}}", { n: sum.with.length })}
              />
            </>
          )}
        </form>
      )}
    </QueryView>
  );
}

/** Which are left as they are, and why. */
function Left({ sum: { without }, rows }: Readonly<{ sum: ContainSum; rows: Props["rows"] }>) {
  if (without.length === 0) return null;
  return (
    <Notice
      title={t("{n, plural, one {# incident is left as it is} other {# incidents are left as they are}}", {
        n: without.length,
      })}
      tone="warn"
    >
      <ul>
        {without.map(({ incidentId, why }) => (
          <li key={incidentId}>
            {rows.find(({ id }) => id === incidentId)?.number}: {leftOutText(why)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Offers({ sum }: Readonly<{ sum: ContainSum }>) {
  return (
    <>
      <p>{sum.with.map(({ subject }) => subject).join(" · ")}</p>
      <ol className="grid">
        {offersOfMany(sum).map((offer) => (
          <ContainOffer held={sum.liveCalls > 0 ? sum.held : []} key={offer.step} offer={offer} />
        ))}
      </ol>
      {sum.phones.length > 0 && (
        <p className="text-ink-2">
          {t(
            "{phones}: cut off until set up with a new secret. Until then the phone cannot even dial emergency numbers.",
            { phones: some(sum.phones, 5) },
          )}
        </p>
      )}
    </>
  );
}
