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
import { VIEW_MINUTES, viewRoles } from "@/server/domain/viewing/viewing.schema";

const viewChecks = {
  reason: checks.shape(/\S.{1,}\S/s, "Write why, in three characters or more."),
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
    <Dialog onClose={onClose} title="View as tenant">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="break-words text-ink-2">
          You see what{" "}
          <strong className="font-semibold text-ink" dir="auto">
            {tenant.name}
          </strong>{" "}
          sees, as far as your own role may, for {VIEW_MINUTES} minutes. Nothing can be changed meanwhile. Both of your
          audit trails say who looked, and why.
        </p>
        <Field
          data-first=""
          hint="The tenant reads this."
          label="Reason"
          maxLength={300}
          name="reason"
          problem={problems.reason}
        />
        <Select choices={choices} defaultValue="owner" label="As its" name="role" problem={problems.role} />
        <FormEnd
          busy={begin.isPending && "Opening…"}
          onCancel={onClose}
          refusal={refusalBeside(begin.error, viewChecks)}
          submit="View as tenant"
        />
      </form>
    </Dialog>
  );
}
