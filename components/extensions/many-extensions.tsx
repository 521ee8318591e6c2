"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { FileForm } from "@/components/extensions/many-file";
import type { Answer } from "@/components/extensions/many-problems";
import { RangeForm } from "@/components/extensions/many-range";
import { SecretsOnce } from "@/components/extensions/secrets-once";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import type { Task } from "@/components/tasks/task-words";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Tabs } from "@/components/ui/tabs";
import { t } from "@/server/kernel/words";

type Job = NonNullable<Answer["job"]>;

/** Makes extensions by a range of numbers or from a file, shows how far it is, and hands the secrets over once. */
export function ManyExtensions({ onClose }: Readonly<{ onClose: () => void }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [answer, setAnswer] = useState<Answer>();
  const onMade = (made: Answer) => {
    void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
    setAnswer(made);
  };
  if (answer?.secretsOnce) {
    return (
      <Dialog
        holdOpen
        onClose={onClose}
        title={t("{extensions, plural, one {# extension} other {# extensions}} made", { extensions: answer.made })}
      >
        <SecretsOnce onDone={onClose} secrets={answer.secretsOnce} />
      </Dialog>
    );
  }
  if (answer?.job) {
    return (
      <Dialog
        holdOpen
        onClose={onClose}
        title={t("Making {extensions, plural, one {# extension} other {# extensions}}", { extensions: answer.good })}
      >
        <Making job={answer.job} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} size="middle" title={t("Several extensions")}>
      <Tabs
        label={t("Ways to make several")}
        tabs={[
          { key: "range", label: t("A range of numbers"), content: <RangeForm onCancel={onClose} onMade={onMade} /> },
          { key: "file", label: t("From a CSV file"), content: <FileForm onCancel={onClose} onMade={onMade} /> },
        ]}
      />
    </Dialog>
  );
}

/** The key to the secrets is in this window only: closing it before they are saved means rotating them. */
function Making({ job, onClose }: Readonly<{ job: Job; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [over, setOver] = useState(false);
  const take = useMutation(trpc.bulk.takeSecrets.mutationOptions());
  if (take.data) return <SecretsOnce onDone={onClose} secrets={take.data.secretsOnce} />;

  function ended({ state }: Task) {
    setOver(state === "done");
    void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
  }

  return (
    <div className="grid gap-4">
      <JobBar onEnded={ended} taskId={job.taskId} />
      <p className="text-ink-2">
        {t(
          "Keep this window open: only it can open the secrets, once, when the job is over. If it is closed before, the extensions are there all the same, and their secrets are rotated.",
        )}
      </p>
      {take.error && <ErrorState {...refusalOf(take.error)} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("Close")}</Button>
        <Button
          busy={take.isPending && t("Opening…")}
          disabled={!over}
          look="primary"
          onClick={() => take.mutate({ tenantSlug, secretBatchId: job.batchId, key: job.keyOnce })}
        >
          {t("Show the secrets")}
        </Button>
      </div>
    </div>
  );
}
