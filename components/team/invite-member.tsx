"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { Inputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { roleChoices } from "@/components/team/role-choices";
import { Button } from "@/components/ui/button";
import { CopyLine } from "@/components/ui/copy-line";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const fields = {
  email: checks.shape(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, msg("Write an e-mail address such as name@company.com.")),
  role: checks.any,
  lastDay: checks.any,
};

/** Makes a link that gives a seat once; it is shown here, to be sent by whatever way is trusted. */
export function InviteMember({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, tenant } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  const invite = useMutation(
    trpc.members.invite.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }),
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const role = values.role as Inputs["members"]["invite"]["role"];
    invite.mutate({ tenantSlug, email: values.email, role, ...(values.lastDay && { lastDay: values.lastDay }) });
  }

  if (invite.data) return <InvitationLink {...invite.data} email={invite.variables.email} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title={t("Invite to {tenant}", { tenant: tenant.name })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field data-first="" label={t("E-mail")} name="email" problem={problems.email} type="email" />
        <Select
          choices={roleChoices(tenant.kind)}
          defaultValue="viewer"
          label={t("Role")}
          name="role"
          problem={problems.role}
        />
        <Field
          hint={t("For somebody who comes for a while: the seat ends by itself after this day.")}
          label={t("Last day")}
          name="lastDay"
          problem={problems.lastDay}
          required={false}
          type="date"
        />
        <FormEnd
          busy={invite.isPending && t("Making the link…")}
          onCancel={onClose}
          refusal={refusalBeside(invite.error, fields)}
          submit={t("Make invitation link")}
        />
      </form>
    </Dialog>
  );
}

type LinkProps = Readonly<{ invitationUrl: string; mailed: boolean; email: string; onClose: () => void }>;

function InvitationLink({ invitationUrl, mailed, email, onClose }: LinkProps) {
  return (
    <Dialog holdOpen onClose={onClose} title={t("Send this link")}>
      <div className="grid gap-4">
        <CopyLine label={t("Invitation link")} text={invitationUrl} />
        <p className="text-ink-2">
          {t("It works once. Whoever opens it chooses a name and a password, so send it only to {email}.", { email })}
          {mailed && ` ${t("It is on its way there by mail as well.")}`}
        </p>
        <Button className="justify-self-end" look="primary" onClick={onClose}>
          {t("Done")}
        </Button>
      </div>
    </Dialog>
  );
}
