"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { FileDrop } from "@/components/decks/file-drop";
import { fileProblem } from "@/components/decks/pack-file";
import { useSendDeck } from "@/components/decks/use-send-deck";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { useOpen } from "@/components/ui/use-open";
import { t } from "@/server/kernel/words";

/** A file, the plan it is for, and what becomes of prices that it does not have. Nothing is changed by sending it. */
export function NewDeck() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { open } = useOpen();
  const [file, setFile] = useState<File>();
  const [problem, setProblem] = useState<string>();
  const plans = useQuery(trpc.plans.list.queryOptions({ tenantSlug }));
  const own = (plans.data?.items ?? []).filter((plan) => plan.own);
  const { send, sent, error, busy } = useSendDeck((deckId) => {
    void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
    open(deckId);
  });
  const problems = problemsOf(error);

  function choose(chosen: File | undefined) {
    setFile(chosen);
    setProblem(chosen && fileProblem(chosen));
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wrong = fileProblem(file);
    setProblem(wrong);
    if (wrong || !file) return;
    const data = new FormData(event.currentTarget);
    const mode = data.get("mode") === "replace" ? ("replace" as const) : ("merge" as const);
    send({ file, planId: String(data.get("planId") ?? ""), mode });
  }

  return (
    <Section level={2} title={t("New deck")}>
      {plans.data && own.length === 0 ? (
        <p className="text-ink-2">{t("A deck is for a plan of yours: make one under Plans first.")}</p>
      ) : (
        <form className="grid max-w-3xl gap-4" noValidate onSubmit={submit}>
          <FileDrop file={file} onFile={choose} problem={problem ?? problems["bytes"] ?? problems["fileName"]} />
          <PlanAndMode own={own} problem={problems["planId"]} />
          {error && <ErrorState {...refusalOf(error)} />}
          <div className="flex flex-wrap items-center gap-3">
            <Button
              busy={busy && t("Sending, {sent} %", { sent })}
              disabled={own.length === 0}
              look="primary"
              type="submit"
            >
              {t("Upload and compare")}
            </Button>
            <p className="text-ink-3">{t("No price changes before you have seen what would.")}</p>
          </div>
        </form>
      )}
    </Section>
  );
}

type Own = readonly Readonly<{ id: string; name: string; currency: string }>[];

function PlanAndMode({ own, problem }: Readonly<{ own: Own; problem: string | undefined }>) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select
        choices={own.map((plan) => ({ value: plan.id, label: `${plan.name} (${plan.currency})` }))}
        label={t("For the plan")}
        name="planId"
        problem={problem}
      />
      <Select
        choices={[
          { value: "merge", label: t("Keep prices that the file does not have") },
          { value: "replace", label: t("End prices that the file does not have") },
        ]}
        label={t("The rest of the plan")}
        name="mode"
      />
    </div>
  );
}
