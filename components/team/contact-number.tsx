"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { useForm } from "@/components/api/use-form";
import { useSeen } from "@/components/api/use-seen";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { checks } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

const fields = { contactNumber: checks.any };
type Props = Readonly<{ number: string }>;

/** Whom the incident desk calls about the telephones of this tenant. */
export function ContactNumber({ number }: Props) {
  const { can } = useScope();
  const [editing, setEditing] = useState(false);
  return (
    <Section level={2} title={t("Number for emergencies")}>
      <p className="text-ink-2">
        {t("Called when telephones of yours seem to be misused. Choose one that is answered at night, too.")}
      </p>
      <div className="flex flex-wrap items-center gap-3">
        {number ? (
          <a className="figures underline" href={`tel:${number}`}>
            {number}
          </a>
        ) : (
          <span className="text-ink-3">{t("None yet: you are written to only.")}</span>
        )}
        {can("members.write") && <Button onClick={() => setEditing(true)}>{t("Change number…")}</Button>}
      </div>
      {editing && <Edit number={number} onClose={() => setEditing(false)} />}
    </Section>
  );
}

function Edit({ number, onClose }: Props & Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { seen, told } = useSeen({ contactNumber: number });
  const { problems, busy, refusal, onSubmit } = useForm({
    checks: fields,
    change: trpc.members.setContactNumber.mutationOptions(),
    input: (values) => ({ tenantSlug, ...values, seen }),
    onDone: async ({ contactNumber }) => {
      await queries.invalidateQueries({ queryKey: trpc.members.pathKey() });
      toast(contactNumber ? t("{number} is called from now on.", { number: contactNumber }) : t("Nobody is called."));
      onClose();
    },
    onRefused: told,
  });
  return (
    <Dialog onClose={onClose} title={t("Number for emergencies")}>
      <form className="grid gap-4" noValidate onSubmit={onSubmit}>
        <Field
          autoComplete="tel"
          data-first=""
          defaultValue={number}
          hint={t("With the country code, such as +49 30 901820. Empty for none.")}
          inputMode="tel"
          label={t("Telephone number")}
          maxLength={40}
          name="contactNumber"
          problem={problems.contactNumber}
          required={false}
        />
        <FormEnd busy={busy && t("Saving…")} onCancel={onClose} refusal={refusal} submit={t("Save number")} />
      </form>
    </Dialog>
  );
}
