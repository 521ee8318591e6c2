"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { IncidentRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { ContainSteps } from "@/components/incidents/contain-steps";
import { tookText } from "@/components/incidents/contain-words";
import { ManyResults } from "@/components/incidents/many-results";
import type { OfMany } from "@/components/incidents/use-many";
import { useScope } from "@/components/shell/scope";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  title: string;
  results: readonly OfMany[];
  rows: readonly IncidentRow[];
  onClose: () => void;
}>;

/** What became of each, and how far its steps are. */
export function ManyContained(props: Props) {
  return <ManyResults {...props} more={(incidentId) => <StepsOf incidentId={incidentId} />} size="middle" />;
}

const LOOK_EVERY_MS = 2_000;

/** In one line while it goes well, step by step when asked for or when one failed. */
function StepsOf({ incidentId }: Readonly<{ incidentId: string }>) {
  const { tenantSlug } = useScope();
  const query = useQuery({
    ...useTRPC().containment.list.queryOptions({ tenantSlug, incidentId }),
    refetchInterval: ({ state: { data } }) => (data?.[0] && tookText(data[0]) ? false : LOOK_EVERY_MS),
  });
  return (
    <QueryView query={query}>
      {([newest]) => {
        if (!newest) return <p>{t("It is on its way.")}</p>;
        const took = tookText(newest);
        const failed = newest.steps.some(({ state }) => state === "failed");
        return (
          <details key={String(failed)} open={failed}>
            <summary className={`min-h-6 cursor-pointer ${failed ? "text-bad" : took ? "text-ok" : "text-ink-2"}`}>
              {took
                ? t("{subject}: contained in {took}", { subject: newest.subject, took })
                : t("{subject}: new calls are refused, the rest follows", { subject: newest.subject })}
            </summary>
            <ContainSteps containment={newest} />
          </details>
        );
      }}
    </QueryView>
  );
}
