"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { CdrFileRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { FileResult } from "@/components/cdr-import/file-result";
import { formatChoices } from "@/components/cdr-import/file-words";
import { ProblemLines } from "@/components/cdr-import/problem-lines";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import { isActive } from "@/components/tasks/task-words";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

const POLL_MS = 700;
const isGoingOn = (task: CdrFileRow["task"] | undefined): boolean => Boolean(task && isActive(task));

type Props = Readonly<{ id: string; onClose: () => void }>;

/** One file: how far its job is, what differs with the money, and the lines that were not understood. */
export function FilePanel({ id, onClose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(
    trpc.cdrImports.get.queryOptions(
      { tenantSlug, importId: id },
      { refetchInterval: ({ state }) => (isGoingOn(state.data?.task) ? POLL_MS : false) },
    ),
  );
  // A short job may be over before anybody has seen it run.
  const over = query.data !== undefined && !isGoingOn(query.data.task);
  useEffect(() => {
    if (!over) return;
    void queries.invalidateQueries({ queryKey: trpc.reconciliation.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.cdrImports.list.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.cdrImports.problems.pathKey() });
  }, [over, queries, trpc]);
  return (
    <Panel onClose={onClose} subject={id} title={query.data?.fileName ?? t("File")}>
      <QueryView query={query}>
        {(file) => (
          <div className="grid gap-6">
            {file.task ? (
              <JobBar taskId={file.task.id} />
            ) : (
              <Notice title={t("It was never sent to its end.")} tone="info">
                {t("Nothing of it was read. Send it again.")}
              </Notice>
            )}
            {file.forgottenAt && !file.result?.dryRun && (
              <Notice title={t("Its records were taken out again.")} tone="info">
                {t("Differences that only it showed are gone. Calls that it settled stay settled.")}
              </Notice>
            )}
            {file.result && <FileResult file={file} result={file.result} />}
            {file.problems > 0 && <ProblemLines file={file} />}
            <About file={file} />
            <TakeOut file={file} />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

function About({ file }: Readonly<{ file: CdrFileRow }>) {
  const { options } = file;
  return (
    <Section title={t("File")}>
      <Facts
        facts={[
          {
            label: t("What it is"),
            value: formatChoices().find(({ value }) => value === file.format)?.label ?? file.format,
          },
          { label: file.format === "carrier" ? t("Carrier") : t("PBX"), value: file.source },
          { label: t("Sent"), value: <Moment at={file.createdAt} full /> },
          {
            label: t("Size"),
            value: <span className="figures">{t("{n, plural, one {# byte} other {# bytes}}", { n: file.bytes })}</span>,
          },
          { label: t("Time zone"), value: options.timeZone },
          ...(file.sha256
            ? [{ label: t("SHA-256"), value: <code className="text-xs break-all">{file.sha256}</code> }]
            : []),
        ]}
      />
    </Section>
  );
}

/** So that a file can be read once more with other settings. */
function TakeOut({ file }: Readonly<{ file: CdrFileRow }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const forget = useMutation(
    trpc.cdrImports.forget.mutationOptions({ onSuccess: () => void queries.invalidateQueries() }),
  );
  if (!file.task || isActive(file.task) || file.forgottenAt || !can("reconciliation.write")) return null;
  return (
    <div className="grid gap-2">
      {sure && (
        <p className="text-ink-2">
          {t(
            "Its records go, and the differences that only it showed, except those that somebody closed. Calls that it settled stay settled.",
          )}
        </p>
      )}
      {forget.error && <ErrorState {...refusalOf(forget.error)} />}
      <div className="flex justify-end gap-2">
        {sure && <Button onClick={() => setSure(false)}>{t("Keep it")}</Button>}
        <Button
          busy={forget.isPending && t("Taking out…")}
          look={sure ? "danger" : "plain"}
          onClick={() => (sure ? forget.mutate({ tenantSlug, importId: file.id }) : setSure(true))}
        >
          {sure ? t("Take its records out") : t("Take it out again…")}
        </Button>
      </div>
    </div>
  );
}
