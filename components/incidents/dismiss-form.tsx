"use client";

import { type FormEvent, useState } from "react";

import type { Refusal } from "@/components/api/refusal";
import { reasonText } from "@/components/incidents/dismiss-words";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { type DismissReason, dismissReasons } from "@/server/domain/incidents/dismiss-reasons.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  submit: string;
  busy: string | false;
  refusal: Refusal | undefined;
  onCancel: () => void;
  onReason: (reason: DismissReason, text: string | undefined) => void;
}>;

/** Why something is dismissed: arrows choose, Enter does it. */
export function DismissForm({ submit, busy, refusal, onCancel, onReason }: Props) {
  const [reason, setReason] = useState<DismissReason>("expected_traffic");
  const [problem, setProblem] = useState<string>();

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text") ?? "").trim();
    const lacks = reason === "other" && text === "";
    setProblem(lacks ? t("A reason is missing.") : undefined);
    if (!lacks) onReason(reason, text || undefined);
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={send}>
      <fieldset className="grid gap-1">
        <legend className="pb-1 font-medium">{t("Why")}</legend>
        {dismissReasons.map((each) => (
          <label className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11" key={each}>
            <input
              checked={reason === each}
              className="size-4 accent-accent"
              data-first={each === reason ? "" : undefined}
              name="reason"
              onChange={() => setReason(each)}
              type="radio"
              value={each}
            />
            {reasonText(each)}
          </label>
        ))}
      </fieldset>
      <Field
        hint={t("Whoever reads it later was not there.")}
        label={t("Note")}
        maxLength={4_000}
        name="text"
        problem={problem}
        required={reason === "other"}
      />
      <FormEnd busy={busy} onCancel={onCancel} refusal={refusal} submit={submit} />
    </form>
  );
}
