"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { LongField } from "@/components/ui/long-field";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly TenantRow[]; onClose: () => void; onDone: () => void }>;

const fields = {
  title: checks.filled(msg("A subject is missing.")),
  text: checks.filled(msg("A text is missing.")),
} as const;

/** One mail to the owners of the chosen tenants; how many people that is stands there before it is sent. */
export function WriteOwners({ rows, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const childSlugs = rows.map(({ slug }) => slug);
  const reach = useQuery(trpc.owners.reach.queryOptions({ tenantSlug, childSlugs }));
  const { problems, read, setProblems } = useFields(fields);
  const write = useMutation(
    trpc.owners.write.mutationOptions({
      onSuccess: ({ mails }) => {
        toast(t("{count, plural, one {# mail is on its way.} other {# mails are on their way.}}", { count: mails }));
        onDone();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) write.mutate({ tenantSlug, childSlugs, ...values });
  }
  return (
    <Dialog onClose={onClose} size="middle" title={t("Write to owners")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field data-first="" label={t("Subject")} maxLength={150} name="title" problem={problems.title} />
        <LongField label={t("Text")} maxLength={5_000} name="text" problem={problems.text} rows={8} />
        <QueryView query={reach}>
          {({ people, tenants, without, mailGoesOut }) => (
            <p className="text-ink-2">
              {t("Owners who get this mail: {people}, of {tenants, plural, one {# tenant} other {# tenants}}.", {
                people,
                tenants,
              })}
              {without.length > 0 &&
                ` ${t("Without an owner, and not written to: {names}.", { names: without.join(", ") })}`}
              {!mailGoesOut && ` ${t("No mail server is named here, so it waits until there is one.")}`}
            </p>
          )}
        </QueryView>
        <FormEnd
          busy={write.isPending && t("Sending…")}
          disabled={reach.data?.people === 0}
          onCancel={onClose}
          refusal={refusalBeside(write.error, fields)}
          submit={t("Send mail")}
        />
      </form>
    </Dialog>
  );
}
