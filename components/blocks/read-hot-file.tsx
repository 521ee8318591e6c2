"use client";

import { type FormEvent, useState } from "react";

import { refusalBeside } from "@/components/api/refusal";
import { useSendHotFile } from "@/components/blocks/use-send-hot-file";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ lists: readonly string[]; onClose: () => void }>;

/** A file for a list that is there, or for a new one. Calls see the old numbers until all of it is read. */
export function ReadHotFile({ lists, onClose }: Props) {
  const form = useFields({ name: checks.filled(msg("The list's name is missing.")), mode: checks.any });
  const [fileProblem, setFileProblem] = useState<string>();
  const { send, sending, error } = useSendHotFile(onClose);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    const file = new FormData(event.currentTarget).get("file");
    const chosen = file instanceof File && file.size > 0 ? file : undefined;
    setFileProblem(chosen ? undefined : t("Choose a file that is not empty."));
    if (values && chosen)
      void send(chosen, { name: values.name, mode: values.mode === "replace" ? "replace" : "merge" });
  }

  return (
    <Dialog onClose={onClose} title={t("Read a hot list")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint={t("One that is there, or a new one.")}
          label={t("List")}
          list="hot-lists"
          maxLength={80}
          name="name"
          problem={form.problems.name}
        />
        <datalist id="hot-lists">
          {lists.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Field
          accept=".csv,.txt,text/csv,text/plain"
          className="py-1"
          hint={t("One number in the first column; a star behind it means all that begin so.")}
          label={t("File")}
          name="file"
          problem={fileProblem}
          type="file"
        />
        <Select
          choices={[
            { value: "merge", label: t("Added to what is on the list") },
            { value: "replace", label: t("In place of what is on the list") },
          ]}
          label={t("The file's numbers are")}
          name="mode"
        />
        <FormEnd
          busy={sending && t("Sending…")}
          onCancel={onClose}
          refusal={refusalBeside(error, form.problems)}
          submit={t("Read file")}
        />
      </form>
    </Dialog>
  );
}
