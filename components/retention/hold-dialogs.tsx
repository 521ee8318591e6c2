"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { HoldRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { type HoldKind, holdKinds } from "@/server/domain/evidence/evidence.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

const kindWords: Readonly<
  Record<HoldKind, Readonly<{ label: Message; what: Message; hint: Message; missing: Message }>>
> = {
  tenant: {
    label: msg("A tenant and all below it"),
    what: msg("Tenant"),
    hint: msg("Its short name."),
    missing: msg("The tenant is missing."),
  },
  person: {
    label: msg("A person"),
    what: msg("Person"),
    hint: msg("The e-mail address of somebody with a seat."),
    missing: msg("The person is missing."),
  },
  number: {
    label: msg("A number"),
    what: msg("Number"),
    hint: msg("In full, such as +4930123456."),
    missing: msg("The number is missing."),
  },
  incident: {
    label: msg("What an incident touches"),
    what: msg("Incident"),
    hint: msg("Its number; also after it is over."),
    missing: msg("The incident is missing."),
  },
};

const heldText = (label: string, before: boolean): string =>
  before ? t("{label} was held already.", { label }) : t("{label} is held until somebody lifts it.", { label });

/** Keeps what is about somebody until it is lifted. */
export function PlaceHold({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [kind, setKind] = useState<HoldKind>("tenant");
  const words = kindWords[kind];
  const { problems, read } = useFields({
    subject: checks.filled(words.missing),
    reason: checks.filled(msg("A reason is missing.")),
  });
  const place = useMutation(
    trpc.evidence.placeHold.mutationOptions({
      onSuccess: ({ label, before }) => {
        void queries.invalidateQueries({ queryKey: trpc.evidence.pathKey() });
        toast(heldText(label, Boolean(before)));
        onClose();
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) place.mutate({ tenantSlug, kind, ...values });
  }
  return (
    <Dialog onClose={onClose} title={t("Place a legal hold")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Select
          choices={[...holdKinds].reverse().map((value) => ({ value, label: say(kindWords[value].label) }))}
          data-first=""
          label={t("Hold")}
          name="kind"
          onChange={(event) => setKind(holdKinds.find((one) => one === event.target.value) ?? "tenant")}
          value={kind}
        />
        <Field
          hint={say(words.hint)}
          label={say(words.what)}
          maxLength={254}
          name="subject"
          problem={problems.subject}
        />
        <Field
          hint={t("The order, the case, the claim: whoever lifts it was not there.")}
          label={t("Why")}
          maxLength={2_000}
          name="reason"
          problem={problems.reason}
        />
        <FormEnd
          busy={place.isPending && t("Placing…")}
          onCancel={onClose}
          refusal={place.error ? refusalOf(place.error) : undefined}
          submit={t("Place hold")}
        />
      </form>
    </Dialog>
  );
}

/** Lets retention go on; that it was held, and why, stays on record. */
export function LiftHold({ hold, onClose }: Readonly<{ hold: HoldRow; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read } = useFields({ reason: checks.filled(msg("A reason is missing.")) });
  const lift = useMutation(
    trpc.evidence.liftHold.mutationOptions({
      onSuccess: ({ label }) => {
        void queries.invalidateQueries({ queryKey: trpc.evidence.pathKey() });
        toast(t("{label} is not held by it any more.", { label }));
        onClose();
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values && hold.id !== null) lift.mutate({ tenantSlug, holdId: hold.id, reason: values.reason });
  }
  return (
    <Dialog onClose={onClose} title={t("Lift the hold on {label}", { label: hold.label })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          {t("What is older than its policy goes with the next sweep, unless another hold keeps it.")}
        </p>
        <Field data-first="" label={t("Why")} maxLength={2_000} name="reason" problem={problems.reason} />
        <FormEnd
          busy={lift.isPending && t("Lifting…")}
          onCancel={onClose}
          refusal={lift.error ? refusalOf(lift.error) : undefined}
          submit={t("Lift hold")}
        />
      </form>
    </Dialog>
  );
}
