"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { IncidentState } from "@/components/incidents/incident-badges";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { useOpen } from "@/components/ui/use-open";
import { t } from "@/server/kernel/words";

/** Other incidents of the same addresses, phones and numbers; nothing where there is none. */
export function RelatedIncidents({ incidentId }: Readonly<{ incidentId: string }>) {
  const { tenantSlug } = useScope();
  const { open, hrefOf } = useOpen();
  const query = useQuery(useTRPC().incidents.related.queryOptions({ tenantSlug, incidentId }));
  if (!query.data || query.data.length === 0) return null;
  return (
    <Section title={t("Other incidents of the same address, phone or number")}>
      <ul className="min-w-0">
        {query.data.map(({ id, number, title, state, lastAt, shared, sharedCount }) => (
          <li className="border-b py-1.5" key={id}>
            <span className="flex items-baseline justify-between gap-4">
              <a
                className="min-w-0 truncate font-medium underline-offset-2 hover:underline"
                href={hrefOf(id)}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  open(id);
                }}
              >
                {number} {title}
              </a>
              <IncidentState state={state} />
            </span>
            <span className="flex items-baseline justify-between gap-4 text-xs text-ink-2">
              <span className="min-w-0 break-all">
                {shared.join(", ")}
                {sharedCount > shared.length && ` +${sharedCount - shared.length}`}
              </span>
              <Moment at={lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
