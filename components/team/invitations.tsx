"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ invitations: Outputs["members"]["list"]["invitations"] }>;

/** Links that are out and not used yet. */
export function Invitations({ invitations }: Props) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const withdraw = useMutation(
    trpc.members.withdraw.mutationOptions({
      onSuccess: () => toast(t("That link does not work any more.")),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }),
    }),
  );
  return (
    <Section level={2} title={t("Invited, not yet here")}>
      <ul className="grid max-w-4xl border-t">
        {invitations.map((invitation) => (
          <li className="flex min-h-11 flex-wrap items-center gap-x-4 border-b py-1" key={invitation.id}>
            <span className="min-w-0 flex-1 basis-48 font-medium">{invitation.email}</span>
            <span className="inline-block text-ink-2 first-letter:uppercase">{roleText(invitation.role)}</span>
            {invitation.seatEndsAt && (
              <span className="text-ink-2">
                {rich("seat until {moment}", { moment: <Moment at={invitation.seatEndsAt} /> })}
              </span>
            )}
            <span className="text-ink-2">
              {rich("valid until {moment}", { moment: <Moment at={invitation.expiresAt} /> })}
            </span>
            {can("members.write") && (
              <Button
                busy={withdraw.isPending && withdraw.variables?.invitationId === invitation.id && t("Withdrawing…")}
                look="quiet"
                onClick={() => withdraw.mutate({ tenantSlug, invitationId: invitation.id })}
              >
                {t("Withdraw")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
