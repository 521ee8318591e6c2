"use client";

import { type FormEvent, useState } from "react";
import type { RetentionBoard } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { actionChoice } from "@/components/retention/retention-words";
import { useRetention } from "@/components/retention/use-retention";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { withinText } from "@/components/words/within";
import { classWords, type RetentionAction } from "@/server/domain/retention/retention-kinds.schema";
import { msg, say, t } from "@/server/kernel/words";

type Policy = RetentionBoard["policies"][number];

const wholeDays = (text: string): string | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 36_500
    ? undefined
    : t("A number of days, 1 to 36500.");

const fields = {
  ofTenantSlug: checks.filled(msg("A tenant is missing.")),
  keepDays: wholeDays,
};

const boundsText = ({ class: of, floorDays, ceilingDays }: Policy): string =>
  t("From {floor} to {ceiling}; at least so long because {why}.", {
    floor: floorDays,
    ceiling: ceilingDays,
    why: say(classWords[of].floor),
  });

/** Sets the policy of one class, for the house or for one tenant and all below it. */
export function PolicyDialog({ policy, onClose }: Readonly<{ policy: Policy | undefined; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const { set } = useRetention(onClose);
  const [action, setAction] = useState<RetentionAction>(policy?.action ?? "delete");
  const { problems, read } = useFields(fields);
  const { seen, told } = useSeen({ action: policy?.action ?? null, wishDays: policy?.wishDays ?? null });
  if (!policy) return null;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values || !policy) return;
    const asked = { ...values, tenantSlug, class: policy.class, action, keepDays: Number(values.keepDays) };
    set.mutate(values.ofTenantSlug === tenantSlug ? { ...asked, seen } : asked, { onError: told });
  }

  const words = classWords[policy.class];
  return (
    <Dialog onClose={onClose} title={t("Retention: {what}", { what: withinText(say(words.name)) })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">{say(words.about)}</p>
        <Field
          data-first=""
          defaultValue={policy.wishDays}
          hint={boundsText(policy)}
          inputMode="numeric"
          label={t("Keep for")}
          name="keepDays"
          problem={problems.keepDays}
          unit={t("days")}
        />
        <Select
          choices={policy.actions.map((value) => ({ value, label: say(actionChoice[value]) }))}
          label={t("Then")}
          name="action"
          onChange={(event) => setAction(policy.actions.find((one) => one === event.target.value) ?? "delete")}
          value={action}
        />
        <Field
          defaultValue={tenantSlug}
          hint={
            policy.scope === "installation"
              ? t("There is one policy for all.")
              : t("Its short name; the operator's holds for everybody who has none.")
          }
          label={t("For tenant")}
          name="ofTenantSlug"
          problem={problems.ofTenantSlug}
          readOnly={policy.scope === "installation"}
        />
        <FormEnd
          busy={set.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={set.error ? refusalOf(set.error) : undefined}
          submit={t("Save policy")}
        />
      </form>
    </Dialog>
  );
}
