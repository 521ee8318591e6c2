"use client";

import type { ContainmentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { staysOf } from "@/components/incidents/contain-words";
import { useContainment } from "@/components/incidents/use-containment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ containment: ContainmentRow; onClose: () => void }>;

/** Says what a release lifts and what stays before it does so. */
export function ReleaseContainment({ containment, onClose }: Props) {
  const { tenantSlug } = useScope();
  const { release } = useContainment(onClose);
  const { id, subject, alsoHeldBy, prefixes } = containment;
  const stays = staysOf(containment);
  return (
    <Dialog onClose={onClose} title={t("Release {subject}", { subject })}>
      <div className="grid gap-4">
        <p>
          {alsoHeldBy.length > 0
            ? t("Incident {numbers} stops these calls as well: they stay stopped until it lets go, too.", {
                numbers: alsoHeldBy.join(", "),
              })
            : t("New calls of {subject} are let through again.", { subject })}
          {prefixes.length > 0 &&
            ` ${t("The block of {prefixes} is lifted.", { prefixes: prefixes.map((prefix) => `+${prefix}`).join(", ") })}`}
        </p>
        {stays.length > 0 && (
          <ul className="grid list-disc gap-1 ps-5 text-ink-2">
            {stays.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
        {release.error && <ErrorState {...refusalOf(release.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep it contained")}
          </Button>
          <Button
            busy={release.isPending && t("Releasing…")}
            look="primary"
            onClick={() => release.mutate({ tenantSlug, containmentId: id })}
          >
            {t("Release")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
