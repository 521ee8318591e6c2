"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import { isActive } from "@/components/tasks/task-words";
import { ImportFindings } from "@/components/tenants/import-findings";
import { ImportOutcome } from "@/components/tenants/import-outcome";
import type { ImportAnswer } from "@/components/tenants/import-words";
import { TenantFileField } from "@/components/tenants/tenant-file-field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { MOST_TENANT_CHARACTERS } from "@/server/domain/onboarding/import-limits.schema";
import { t } from "@/server/kernel/words";

type Job = NonNullable<ImportAnswer["job"]>;

/** Many tenants from one file: looked at first, then made one by one by a job that can be stopped and go on. */
export function ImportTenants({ onClose }: Readonly<{ onClose: () => void }>) {
  const [job, setJob] = useState<Job>();
  return (
    <Dialog onClose={onClose} size="wide" title={t("Tenants from a CSV file")}>
      {job ? <Making job={job} onClose={onClose} /> : <FileForm onCancel={onClose} onJob={setJob} />}
    </Dialog>
  );
}

type FormProps = Readonly<{ onJob: (job: Job) => void; onCancel: () => void }>;

function FileForm({ onJob, onCancel }: FormProps) {
  const { tenantSlug } = useScope();
  const [csv, setCsv] = useState<string>();
  const [unread, setUnread] = useState<string>();
  const act = useMutation(
    useTRPC().tenantImports.importFile.mutationOptions({
      onSuccess: ({ job }) => {
        if (job) onJob(job);
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
    if (file.size > MOST_TENANT_CHARACTERS) setUnread(t("A file has at most 1,000 rows and 400 kB. Split it."));
    else setCsv(await file.text());
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (csv === undefined) return setUnread(unread ?? t("Choose a file."));
    act.mutate({ tenantSlug, csv, partly: looked !== undefined && looked.problemCount > 0, dryRun: !looked });
  }

  const make = t("{count, plural, one {Make # tenant} other {Make # tenants}}", { count: looked?.good ?? 0 });
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <TenantFileField onFile={(file) => void choose(file)} problem={problem} />
      {looked && <ImportFindings answer={looked} />}
      <FormEnd
        busy={act.isPending && (looked ? t("Starting…") : t("Looking…"))}
        disabled={looked !== undefined && looked.good === 0}
        onCancel={onCancel}
        refusal={refusalBeside(act.error, { csv: problem })}
        submit={looked ? make : t("Look at the file")}
      />
    </form>
  );
}

function Making({ job, onClose }: Readonly<{ job: Job; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  // The bar asks; a short job may be over before it asks for the first time.
  const task = useQuery(trpc.tasks.get.queryOptions({ tenantSlug, taskId: job.taskId }));
  const over = task.data !== undefined && !isActive(task.data);
  function close() {
    void queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() });
    onClose();
  }
  return (
    <div className="grid gap-4">
      <JobBar taskId={job.taskId} />
      {over ? (
        <ImportOutcome importId={job.importId} />
      ) : (
        <p className="text-ink-2">
          {t(
            "This window may be closed: the job goes on, and is among the jobs at the top. Each tenant is made as a whole.",
          )}
        </p>
      )}
      <div className="flex justify-end">
        <Button onClick={close}>{t("Close")}</Button>
      </div>
    </div>
  );
}
