"use client";

import type { ContainmentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { staysOf } from "@/components/incidents/contain-words";
import { useContainment } from "@/components/incidents/use-containment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";

type Props = Readonly<{ containment: ContainmentRow; onClose: () => void }>;

/** Says what a release lifts and what stays before it does so. */
export function ReleaseContainment({ containment, onClose }: Props) {
  const { tenantSlug } = useScope();
  const { release } = useContainment(onClose);
  const { id, subject, alsoHeldBy, prefixes } = containment;
  const stays = staysOf(containment);
  return (
    <Dialog onClose={onClose} title={`Release ${subject}`}>
      <div className="grid gap-4">
        <p>
          {alsoHeldBy.length > 0
            ? `Incident ${alsoHeldBy.join(", ")} stops these calls as well: they stay stopped until it lets go, too.`
            : `New calls of ${subject} are let through again.`}
          {prefixes.length > 0 && ` The block of ${prefixes.map((prefix) => `+${prefix}`).join(", ")} is lifted.`}
        </p>
        {stays.length > 0 && (
          <ul className="grid list-disc gap-1 pl-5 text-ink-2">
            {stays.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
        {release.error && <ErrorState {...refusalOf(release.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            Keep it contained
          </Button>
          <Button
            busy={release.isPending && "Releasing…"}
            look="primary"
            onClick={() => release.mutate({ tenantSlug, containmentId: id })}
          >
            Release
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
