"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { rich } from "@/components/words/rich";
import { VIEW_MINUTES, viewRoles } from "@/server/domain/viewing/viewing.schema";
import { msg, t } from "@/server/kernel/words";

const viewChecks = {
  reason: checks.shape(/\S.{1,}\S/s, msg("Write why, in three characters or more.")),
  role: checks.any,
} as const;

const choices = viewRoles.map((role) => ({ value: role, label: role.charAt(0).toUpperCase() + role.slice(1) }));

type Props = Readonly<{ tenant: Readonly<{ slug: string; name: string }>; onClose: () => void }>;

/** Asks why, and as whom, before a tenant below is looked at. */
export function BeginView({ tenant, onClose }: Props) {
  const { tenantSlug } = useScope();
  const { problems, read, setProblems } = useFields(viewChecks);
  const begin = useMutation(
    useTRPC().viewing.begin.mutationOptions({
      // A fresh page: nothing that was read with one's own eyes is left in it.
      onSuccess: () => location.assign(`/t/${tenant.slug}`),
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    const role = viewRoles.find((each) => each === values?.role);
    if (values && role) begin.mutate({ tenantSlug, childSlug: tenant.slug, reason: values.reason, role });
  }
  return (
    <Dialog onClose={onClose} title={t("View as tenant")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="break-words text-ink-2">
          {rich(
            "You see what <strong>{tenant}</strong> sees, as far as your own role may, for {minutes} minutes. Nothing can be changed meanwhile. Both of your audit trails say who looked, and why.",
            {
              tenant: tenant.name,
              minutes: VIEW_MINUTES,
              strong: (name) => (
                <strong className="font-semibold text-ink" dir="auto">
                  {name}
                </strong>
              ),
            },
          )}
        </p>
        <Field
          data-first=""
          hint={t("The tenant reads this.")}
          label={t("Reason")}
          maxLength={300}
          name="reason"
          problem={problems.reason}
        />
        <Select choices={choices} defaultValue="owner" label={t("As its")} name="role" problem={problems.role} />
        <FormEnd
          busy={begin.isPending && t("Opening…")}
          onCancel={onClose}
          refusal={refusalBeside(begin.error, viewChecks)}
          submit={t("View as tenant")}
        />
      </form>
    </Dialog>
  );
}
