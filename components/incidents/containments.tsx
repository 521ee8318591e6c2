"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { useCutPoll } from "@/components/api/live";
import type { ContainmentRow, IncidentDetail } from "@/components/api/outputs";
import { ContainSteps } from "@/components/incidents/contain-steps";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

const ContainSheet = later(() => import("@/components/incidents/contain-sheet").then((file) => file.ContainSheet));
const ReleaseContainment = later(() =>
  import("@/components/incidents/release-containment").then((file) => file.ReleaseContainment),
);

/** The one press that stops it. */
export function Contain({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button data-shortcut="c" look="danger" onClick={() => setOpen(true)}>
        {t("Contain…")}
      </Button>
      {open && <ContainSheet incident={incident} onClose={() => setOpen(false)} />}
    </>
  );
}

/** What the incident stops, and stopped. */
export function Containments({ incidentId }: Readonly<{ incidentId: string }>) {
  const { tenantSlug } = useScope();
  const refetchInterval = useCutPoll();
  const query = useQuery(useTRPC().containment.list.queryOptions({ tenantSlug, incidentId }, { refetchInterval }));
  if (!query.data || query.data.length === 0) return null;
  return (
    <Section title={t("Contained")}>
      {query.data.map((row) => (
        <One containment={row} key={row.id} />
      ))}
    </Section>
  );
}

function One({ containment }: Readonly<{ containment: ContainmentRow }>) {
  const { can } = useScope();
  const [releasing, setReleasing] = useState(false);
  const { subject, createdAt, createdBy, releasedAt, releasedBy } = containment;
  return (
    <div className="grid gap-1">
      <div className="flex items-center justify-between gap-4">
        <p>
          <span className="font-medium">{subject}</span>{" "}
          <span className="text-ink-3">
            {rich(releasedAt ? "let go {at} by {person}" : "since {at} by {person}", {
              at: <Moment at={releasedAt ?? createdAt} />,
              person: releasedBy ?? createdBy,
            })}
          </span>
        </p>
        {releasedAt === null && can("incidents.write") && (
          <Button data-shortcut="r" onClick={() => setReleasing(true)}>
            {t("Release…")}
          </Button>
        )}
      </div>
      {releasedAt === null && <ContainSteps containment={containment} />}
      {releasing && <ReleaseContainment containment={containment} onClose={() => setReleasing(false)} />}
    </div>
  );
}
