"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentDetail, Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { LongField } from "@/components/ui/long-field";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ incident: IncidentDetail; onClose: () => void }>;

/** Words to a customer: they stand in its notice from then on, and its owners get them by mail. */
export function TellCustomer({ incident }: Pick<Props, "incident">) {
  const [open, setOpen] = useState(false);
  if (incident.mergedInto !== null || incident.tenantCount === 0) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("Tell the customer…")}</Button>
      {open && <Tell incident={incident} onClose={() => setOpen(false)} />}
    </>
  );
}

function useTell(onDone: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useMutation(
    trpc.incidents.tell.mutationOptions({
      onSuccess: ({ name, mails }) => {
        void queries.invalidateQueries({ queryKey: trpc.incidents.pathKey() });
        toast(
          t("{name} reads it in its notices; {mails, plural, one {# mail is} other {# mails are}} on the way.", {
            name,
            mails,
          }),
        );
        onDone();
      },
    }),
  );
}

function Tell({ incident, onClose }: Props) {
  const { tenantSlug } = useScope();
  const concerned = useQuery(useTRPC().incidents.concerned.queryOptions({ tenantSlug, incidentId: incident.id }));
  return (
    <Dialog
      onClose={onClose}
      size="middle"
      title={t("Tell the customer about incident {number}", { number: incident.number })}
    >
      <QueryView query={concerned}>
        {(customers) =>
          customers.length === 0 ? (
            <p>{t("It concerns no customer.")}</p>
          ) : (
            <Write customers={customers} incident={incident} onClose={onClose} />
          )
        }
      </QueryView>
    </Dialog>
  );
}

type Customers = Readonly<{ customers: Outputs["incidents"]["concerned"] }>;

function Write({ incident, customers, onClose }: Props & Customers) {
  const { tenantSlug } = useScope();
  const tell = useTell(onClose);
  const { problems, read } = useFields({ text: checks.filled(msg("A text is missing.")) });
  const [ofSlug, choose] = useState(customers.length === 1 ? (customers[0]?.slug ?? "") : "");
  const to = customers.find(({ slug }) => slug === ofSlug);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values && to) tell.mutate({ tenantSlug, incidentId: incident.id, ofSlug: to.slug, text: values.text });
  }

  const choices = customers.map(({ slug, name }) => ({ value: slug, label: name }));
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <Select
        choices={[{ value: "", label: t("Choose a customer") }, ...choices]}
        data-first={to ? undefined : ""}
        label={t("Customer")}
        name="ofSlug"
        onChange={(event) => choose(event.target.value)}
        value={ofSlug}
      />
      <LongField
        data-first={to ? "" : undefined}
        label={t("What it shall know")}
        maxLength={4_000}
        name="text"
        problem={problems.text}
        rows={6}
      />
      <p className="text-ink-2">
        {to &&
          t(
            "Whoever signs in at {name}, or at who sells to it, reads it in the notices; it cannot be taken back. {owners, plural, =0 {There is no owner to mail.} =1 {Its owner gets a mail.} one {Its # owner gets a mail.} other {Its # owners get a mail.}}",
            { owners: to.owners, name: to.name },
          )}
      </p>
      <FormEnd
        busy={tell.isPending && t("Sending…")}
        disabled={!to}
        onCancel={onClose}
        refusal={tell.error ? refusalOf(tell.error) : undefined}
        submit={t("Tell the customer")}
      />
    </form>
  );
}
