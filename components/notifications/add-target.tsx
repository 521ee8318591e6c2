"use client";

import { type FormEvent, useState } from "react";

import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { severityChoices } from "@/components/incidents/incident-words";
import { kindWords, levelChoices } from "@/components/notifications/notification-words";
import { useNotifications } from "@/components/notifications/use-notifications";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import type { Severity } from "@/server/domain/incidents/incident.schema";
import { type TargetKind, targetKinds } from "@/server/domain/notifications/notification.schema";
import { msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ root: boolean; onClose: () => void; onSecret: (secret: string) => void }>;

const samples: Readonly<Record<TargetKind, string>> = {
  mail: "duty@company.com",
  webhook: "https://company.com/hook",
  sms: "+4915112345678",
};

const fields = {
  recipient: checks.filled(msg("Whom to tell is missing.")),
  leastSeverity: checks.any,
  level: checks.any,
};

const hintOf = (kind: TargetKind): string | undefined =>
  kind === "webhook" ? t("A public https:// address; you get a secret to check the signature with.") : undefined;

/** Somebody else is told from now on. */
export function AddTarget({ root, onClose, onSecret }: Props) {
  const { tenantSlug } = useScope();
  const { add } = useNotifications();
  const [kind, setKind] = useState<TargetKind>("mail");
  const form = useFields(fields);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    const { recipient, leastSeverity, level } = values;
    const asked = { tenantSlug, kind, recipient, leastSeverity: leastSeverity as Severity, level: Number(level || 1) };
    add.mutate(asked, {
      onSuccess: ({ secretOnce }) => {
        onClose();
        if (secretOnce !== null) onSecret(secretOnce);
      },
      onError: (error) => form.setProblems(problemsOf(error)),
    });
  }

  return (
    <Dialog onClose={onClose} title={t("Tell somebody else")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Select
          choices={targetKinds.map((value) => ({ value, label: say(kindWords[value]) }))}
          data-first=""
          label={t("How")}
          name="kind"
          onChange={(event) => setKind(targetKinds.find((one) => one === event.target.value) ?? "mail")}
          value={kind}
        />
        <Field
          hint={hintOf(kind)}
          label={t("Whom")}
          maxLength={500}
          name="recipient"
          placeholder={samples[kind]}
          problem={form.problems.recipient}
        />
        <Select
          choices={severityChoices()}
          defaultValue="medium"
          label={t("From which severity on")}
          name="leastSeverity"
        />
        {root && <Select choices={levelChoices()} defaultValue="1" label={t("When")} name="level" />}
        <FormEnd
          busy={add.isPending && t("Adding…")}
          onCancel={onClose}
          refusal={refusalBeside(add.error, form.problems)}
          submit={t("Add")}
        />
      </form>
    </Dialog>
  );
}
