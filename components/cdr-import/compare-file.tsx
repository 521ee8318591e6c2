"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { FileFields, MoreFields } from "@/components/cdr-import/file-fields";
import { readSettings, settingChecks } from "@/components/cdr-import/file-settings";
import { TooLarge } from "@/components/cdr-import/send-file";
import { useSendFile } from "@/components/cdr-import/use-send-file";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { useFields } from "@/components/ui/use-fields";
import { MOST_FILE_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ pbx: string; onClose: () => void; onStarted: (importId: string) => void }>;

/** Chooses a file of call records, says what it is, and sends it. */
export function CompareFile({ pbx, onClose, onStarted }: Props) {
  const queries = useQueryClient();
  const trpc = useTRPC();
  const [format, setFormat] = useState<string>("master");
  const { problems, read, setProblems } = useFields(settingChecks);
  const { send, sentBytes, error } = useSendFile((importId) => {
    void queries.invalidateQueries({ queryKey: trpc.cdrImports.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
    onStarted(importId);
  });
  const [total, setTotal] = useState(1);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const values = read(form);
    if (!values) return;
    const file = new FormData(form).get("file");
    if (!(file instanceof File) || file.size === 0) return setProblems({ file: t("Choose a file that is not empty.") });
    if (file.size > MOST_FILE_BYTES) return setProblems({ file: t("A file has at most 4 GB: cut it in two.") });
    setTotal(file.size);
    void send(file, readSettings(values));
  }

  const percent = sentBytes === undefined ? undefined : Math.floor((sentBytes / total) * 100);
  const refusal = error instanceof TooLarge ? tooLarge() : error ? refusalOf(error) : undefined;
  return (
    <Dialog holdOpen={percent !== undefined} onClose={onClose} size="middle" title={t("Compare a file")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-ink-2">
          {t(
            "Its records are set against our calls. What they disagree about is listed with the money; a call that is still open here and over in the PBX's file is settled by it.",
          )}
        </p>
        <FileFields format={format} onFormat={setFormat} pbx={pbx} problems={problems} />
        <MoreFields carrier={format === "carrier"} problems={problems} />
        <FormEnd
          busy={percent !== undefined && t("Sending, {percent} %", { percent })}
          onCancel={onClose}
          refusal={refusal}
          submit={t("Compare file")}
        />
      </form>
    </Dialog>
  );
}

const tooLarge = () => ({
  title: t("That is too much for one file."),
  next: t("Cut it in two and send both."),
  code: "invalid_input",
});
