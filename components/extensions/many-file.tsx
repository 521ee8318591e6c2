"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { type Answer, ManyProblems } from "@/components/extensions/many-problems";
import { useScope } from "@/components/shell/scope";
import { FormEnd } from "@/components/ui/form-end";
import { rich } from "@/components/words/rich";
import { MOST_CHARACTERS } from "@/server/domain/provisioning/bulk.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ onMade: (answer: Answer) => void; onCancel: () => void }>;

/** A file is looked at first and says what is wrong with which row; then it is made, as a whole or without those. */
export function FileForm({ onMade, onCancel }: Props) {
  const { tenantSlug } = useScope();
  const [csv, setCsv] = useState<string>();
  const [unread, setUnread] = useState<string>();
  const act = useMutation(
    useTRPC().bulk.importFile.mutationOptions({
      onSuccess: (answer) => {
        if (answer.made > 0 || answer.job) onMade(answer);
      },
    }),
  );
  const looked = act.data;
  const problem = unread ?? problemsOf(act.error)["csv"];

  async function choose(file: File | undefined) {
    act.reset();
    setUnread(undefined);
    setCsv(undefined);
    if (!file) return;
    if (file.size > MOST_CHARACTERS) setUnread(t("A file has at most 10,000 rows and 900 kB. Split it."));
    else setCsv(await file.text());
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (csv === undefined) setUnread(unread ?? t("Choose a file."));
    else act.mutate({ tenantSlug, csv, partly: looked !== undefined && looked.problemCount > 0, dryRun: !looked });
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <FileField onFile={(file) => void choose(file)} problem={problem} />
      {looked && <ManyProblems answer={looked} />}
      <FormEnd
        busy={act.isPending && (looked ? t("Creating…") : t("Looking…"))}
        onCancel={onCancel}
        refusal={refusalBeside(act.error, { csv: problem })}
        submit={
          looked
            ? t("Create {extensions, plural, one {# extension} other {# extensions}}", { extensions: looked.good })
            : t("Look at the file")
        }
      />
    </form>
  );
}

type FileProps = Readonly<{ problem: string | undefined; onFile: (file: File | undefined) => void }>;

function FileField({ problem, onFile }: FileProps) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label className="font-medium" htmlFor={id}>
        {t("File")}
      </label>
      <input
        accept=".csv,.txt,text/csv"
        aria-describedby={problem ? `${id}-hint ${id}-problem` : `${id}-hint`}
        aria-invalid={problem ? true : undefined}
        className="control py-1"
        id={id}
        onChange={(event) => onFile(event.target.files?.[0])}
        type="file"
      />
      <p className="text-xs text-ink-3" id={`${id}-hint`}>
        {rich(
          "A line of column names, then a row for each: {columns}. Other names for them are understood; the first two are needed.",
          {
            columns: <code dir="ltr">number, name, caller_id, max_channels, daily_cap</code>,
          },
        )}
      </p>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
