"use client";

import { type FormEvent, useState } from "react";

import { refusalOf } from "@/components/api/refusal";
import { snoozeChoices } from "@/components/incidents/snooze-choices";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { momentIn } from "@/components/ui/local-moment";
import { Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  incidentIds: readonly string[];
  title: string;
  onClose: () => void;
  /** When they were put off, and not when somebody thought better of it. */
  onDone?: () => void;
}>;

/** Puts incidents off: they leave the list, and come back by themselves. */
export function SnoozeIncidents({ incidentIds, title, onClose, onDone }: Props) {
  const { tenantSlug, timeZone } = useScope();
  const { snooze } = useIncident(() => {
    onClose();
    onDone?.();
  });
  const [choices] = useState(() => snoozeChoices(new Date(), timeZone));
  const [chosen, setChosen] = useState("0");
  const [problem, setProblem] = useState<string>();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("until") ?? "");
    const until = chosen === "other" ? momentIn(timeZone, typed) : choices[Number(chosen)]?.until;
    setProblem(until ? undefined : t("Choose a day and a time."));
    if (until) snooze.mutate({ tenantSlug, incidentIds: [...incidentIds], until });
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          {t(
            "What is put off leaves the list, and comes back at that moment, or as soon as something new happens. Its clock runs on.",
          )}
        </p>
        <Select
          choices={[
            ...choices.map(({ label }, at) => ({ value: String(at), label })),
            { value: "other", label: t("Until a moment…") },
          ]}
          data-first=""
          label={t("Put it off")}
          name="choice"
          onChange={(event) => setChosen(event.target.value)}
          value={chosen}
        />
        {chosen === "other" && <Field label={t("Until")} name="until" problem={problem} type="datetime-local" />}
        <FormEnd
          busy={snooze.isPending && t("Putting it off…")}
          onCancel={onClose}
          refusal={snooze.error ? refusalOf(snooze.error) : undefined}
          submit={t("Put off")}
        />
      </form>
    </Dialog>
  );
}
