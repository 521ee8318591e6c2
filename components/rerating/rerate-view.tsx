"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { type RerateAsked, RerateForm } from "@/components/rerating/rerate-form";
import { RerateOutcome } from "@/components/rerating/rerate-outcome";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

/** Prices calls again: first what it would do, then the same for real. Both are jobs, so the page may be left. */
export function RerateView() {
  const { hrefOf, tenant, can } = useScope();
  const { params } = useParamsState();
  const taskId = params.get("job") ?? undefined;
  const { asked, preview, run, error, busy } = useRerating();
  const allowed = tenant.kind !== "customer" && can("billing.write");
  return (
    <>
      <PageHeader
        actions={
          <Link className={buttonClass()} href={hrefOf("disputes")}>
            {t("Disputes")}
          </Link>
        }
        title={t("Re-rate calls")}
      />
      {allowed ? (
        <div className="grid max-w-4xl gap-6">
          <p className="max-w-prose text-ink-2">
            {t(
              "Calls are priced again by the rates of now, for the moment when each was answered, and each charge is corrected by the difference. What was charged stays in the ledger; a correction is a line linked to it.",
            )}
          </p>
          <RerateForm busy={busy} onPreview={preview} refusal={error ? refusalOf(error) : undefined} />
          {taskId && <Job asked={asked} busy={busy} key={taskId} onRun={run} taskId={taskId} />}
        </div>
      ) : (
        <Notice title={t("There is nothing here to re-rate.")} tone="info">
          {t("Who sells calls corrects what was charged for them.")}
        </Notice>
      )}
    </>
  );
}

/** Both steps take the same filter; the job that is shown stands in the address. */
function useRerating() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const { set } = useParamsState();
  const [asked, setAsked] = useState<RerateAsked>();
  const onSuccess = ({ taskId }: Readonly<{ taskId: string }>) => set({ job: taskId });
  const previewing = useMutation(trpc.rerating.preview.mutationOptions({ onSuccess }));
  const running = useMutation(trpc.rerating.run.mutationOptions({ onSuccess }));
  return {
    asked,
    preview: (filter: RerateAsked) => {
      setAsked(filter);
      previewing.mutate({ tenantSlug, ...filter });
    },
    run: () => asked && running.mutate({ tenantSlug, ...asked }),
    error: previewing.error ?? running.error,
    busy: previewing.isPending || running.isPending,
  };
}

type JobProps = Readonly<{ taskId: string; asked: RerateAsked | undefined; busy: boolean; onRun: () => void }>;

function Job({ taskId, asked, busy, onRun }: JobProps) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data: task } = useQuery(trpc.tasks.get.queryOptions({ tenantSlug, taskId }));
  const ended = useCallback(() => void queries.invalidateQueries(), [queries]);
  const result = task?.state === "done" ? task.result : undefined;
  return (
    <div className="grid gap-4">
      <JobBar onEnded={ended} taskId={taskId} />
      {result !== undefined && result !== null && (
        <RerateOutcome
          action={
            asked && (
              <Button busy={busy && t("Starting…")} look="primary" onClick={onRun}>
                {t("Correct these charges")}
              </Button>
            )
          }
          result={result}
        />
      )}
    </div>
  );
}
