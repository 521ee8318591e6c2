"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { dayBefore } from "@/components/team/day-before";
import type { Member } from "@/components/team/member";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

const fields = { lastDay: checks.any };

/** Until when somebody keeps their seat. */
export function SeatEnd({ member, onClose }: Readonly<{ member: Member; onClose: () => void }>) {
  const { tenantSlug, tenant } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const set = useMutation(
    trpc.members.setEnd.mutationOptions({
      onSuccess: ({ endsAt }) => {
        void queries.invalidateQueries({ queryKey: trpc.members.pathKey() });
        toast(endsAt ? t("The seat ends by itself.") : t("The seat stays."));
        onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) set.mutate({ tenantSlug, userId: member.userId, lastDay: values.lastDay || null });
  }

  return (
    <Dialog onClose={onClose} title={t("Last day of {person}", { person: member.name || member.email })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          defaultValue={member.endsAt ? dayBefore(member.endsAt, tenant.timeZone) : ""}
          hint={t("The seat ends by itself after this day, and so do the sessions. Empty for a seat that stays.")}
          label={t("Last day")}
          name="lastDay"
          problem={problems.lastDay}
          required={false}
          type="date"
        />
        <FormEnd
          busy={set.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(set.error, fields)}
          submit={t("Save last day")}
        />
      </form>
    </Dialog>
  );
}
