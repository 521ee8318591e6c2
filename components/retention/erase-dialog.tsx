"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const acts = () =>
  [
    { value: "count", label: t("Count what is known, and change nothing") },
    { value: "erase", label: t("Erase it for good") },
  ] as const;

function useErasure(onClose: () => void) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: trpc.subjects.pathKey() });
      void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
      toast(t("Asked. You may leave; what was found stands below."));
      onClose();
    },
  };
  return {
    count: useMutation(trpc.subjects.count.mutationOptions(options)),
    erase: useMutation(trpc.subjects.erase.mutationOptions(options)),
  };
}

/** Asks whom it is about. Counting is the first choice; erasing asks who you are once more. */
export function EraseDialog({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const [act, setAct] = useState<ReturnType<typeof acts>[number]["value"]>("count");
  const { problems, read } = useFields({
    about: checks.shape(
      /^(\+[\d ()./-]{6,30}|\S+@\S+)$/,
      msg("A number in full, such as +4930123456, or an e-mail address."),
    ),
    reason: checks.filled(msg("A reason is missing.")),
  });
  const { count, erase } = useErasure(onClose);
  const asked = act === "count" ? count : erase;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) asked.mutate({ tenantSlug, ...values });
  }
  return (
    <Dialog onClose={onClose} title={t("Erase somebody")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint={t("A number in full, or the e-mail address of a person.")}
          label={t("Whom")}
          maxLength={254}
          name="about"
          problem={problems.about}
        />
        <Field
          hint={t("Who asked, and when: it stands in the trail.")}
          label={t("Why")}
          maxLength={500}
          name="reason"
          problem={problems.reason}
        />
        <Select
          choices={acts()}
          label={t("Do")}
          name="act"
          onChange={(event) => setAct(event.target.value === "erase" ? "erase" : "count")}
          value={act}
        />
        <p className="max-w-prose text-xs text-ink-3">
          {act === "count"
            ? t("Every table is looked through; it may take minutes.")
            : t(
                "It cannot be taken back. Numbers in records of money become tokens, amounts stay; the trail keeps its proof; statements that were issued keep their words.",
              )}
        </p>
        <FormEnd
          busy={asked.isPending && t("Asking…")}
          onCancel={onClose}
          refusal={asked.error ? refusalOf(asked.error) : undefined}
          submit={act === "count" ? t("Count") : t("Erase for good")}
        />
      </form>
    </Dialog>
  );
}
