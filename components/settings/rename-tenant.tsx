"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const fields = { name: checks.filled(msg("A name is missing.")) };

/** Another name for this tenant. Somebody who was slower than another is told, and keeps what was typed. */
export function RenameTenant({ name, onClose }: Readonly<{ name: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(fields);
  // The name when the dialog opened; after a conflict, the one that is looked at by then.
  const [seen, setSeen] = useState(name);
  const rename = useMutation(
    trpc.settings.rename.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries();
        toast(t("Renamed. Statements that were issued keep the old name."));
        onClose();
      },
      onError: async (error) => {
        setProblems(problemsOf(error));
        const fresh = await queries.fetchQuery(trpc.settings.get.queryOptions({ tenantSlug }));
        setSeen(fresh.name);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) rename.mutate({ tenantSlug, name: values.name, seen });
  }

  return (
    <Dialog onClose={onClose} title={t("Rename")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          defaultValue={name}
          hint={
            seen === name
              ? t("As it stands on statements, invitations and pages.")
              : t("It is called “{name}” by now.", { name: seen })
          }
          label={t("Name")}
          maxLength={200}
          name="name"
          problem={problems.name}
        />
        <FormEnd
          busy={rename.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(rename.error, fields)}
          submit={t("Save name")}
        />
      </form>
    </Dialog>
  );
}
