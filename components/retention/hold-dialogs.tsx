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

const kindWords: Readonly<Record<HoldKind, Readonly<{ label: string; what: string; hint: string }>>> = {
  tenant: { label: "A tenant and all below it", what: "Tenant", hint: "Its short name." },
  person: { label: "A person", what: "Person", hint: "The e-mail address of somebody with a seat." },
  number: { label: "A number", what: "Number", hint: "In full, such as +4930123456." },
  incident: { label: "What an incident touches", what: "Incident", hint: "Its number; also after it is over." },
};

/** Keeps what is about somebody until it is lifted. */
export function PlaceHold({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [kind, setKind] = useState<HoldKind>("tenant");
  const words = kindWords[kind];
  const { problems, read } = useFields({ subject: checks.filled(words.what), reason: checks.filled("A reason") });
  const place = useMutation(
    trpc.evidence.placeHold.mutationOptions({
      onSuccess: ({ label, before }) => {
        void queries.invalidateQueries({ queryKey: trpc.evidence.pathKey() });
        toast(before ? `${label} was held already.` : `${label} is held until somebody lifts it.`);
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
    <Dialog onClose={onClose} title="Place a legal hold">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Select
          choices={[...holdKinds].reverse().map((value) => ({ value, label: kindWords[value].label }))}
          data-first=""
          label="Hold"
          name="kind"
          onChange={(event) => setKind(holdKinds.find((one) => one === event.target.value) ?? "tenant")}
          value={kind}
        />
        <Field hint={words.hint} label={words.what} maxLength={254} name="subject" problem={problems.subject} />
        <Field
          hint="The order, the case, the claim: whoever lifts it was not there."
          label="Why"
          maxLength={2_000}
          name="reason"
          problem={problems.reason}
        />
        <FormEnd
          busy={place.isPending && "Placing…"}
          onCancel={onClose}
          refusal={place.error ? refusalOf(place.error) : undefined}
          submit="Place hold"
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
  const { problems, read } = useFields({ reason: checks.filled("A reason") });
  const lift = useMutation(
    trpc.evidence.liftHold.mutationOptions({
      onSuccess: ({ label }) => {
        void queries.invalidateQueries({ queryKey: trpc.evidence.pathKey() });
        toast(`${label} is not held by it any more.`);
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
    <Dialog onClose={onClose} title={`Lift the hold on ${hold.label}`}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          What is older than its policy goes with the next sweep, unless another hold keeps it.
        </p>
        <Field data-first="" label="Why" maxLength={2_000} name="reason" problem={problems.reason} />
        <FormEnd
          busy={lift.isPending && "Lifting…"}
          onCancel={onClose}
          refusal={lift.error ? refusalOf(lift.error) : undefined}
          submit="Lift hold"
        />
      </form>
    </Dialog>
  );
}
