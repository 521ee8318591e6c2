"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import type { Member } from "@/components/team/member";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

export function RevokeMember({ member, onClose }: Readonly<{ member: Member; onClose: () => void }>) {
  const { tenantSlug, tenant } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const revoke = useMutation(
    trpc.members.revoke.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.members.pathKey() });
        toast(t("{email} has no seat here any more.", { email: member.email }));
        onClose();
      },
    }),
  );
  return (
    <Dialog onClose={onClose} title={t("Revoke the seat of {person}", { person: member.name || member.email })}>
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {t(
            "{email} loses access to {tenant} with the next request. What this person did stays in the audit trail. To come back, a new invitation is needed.",
            { email: member.email, tenant: tenant.name },
          )}
        </p>
        {revoke.error && <ErrorState {...refusalOf(revoke.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep seat")}
          </Button>
          <Button
            busy={revoke.isPending && t("Revoking…")}
            look="danger"
            onClick={() => revoke.mutate({ tenantSlug, userId: member.userId })}
          >
            {t("Revoke seat")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
