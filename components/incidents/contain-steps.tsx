"use client";

import type { ContainmentRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { countText, stepName, stepState } from "@/components/incidents/contain-words";
import { useContainment } from "@/components/incidents/use-containment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

/** The steps of a containment as they are now; one that failed says what does it by hand. */
export function ContainSteps({ containment }: Readonly<{ containment: ContainmentRow }>) {
  const { tenantSlug, can } = useScope();
  const { retry } = useContainment();
  const failed = containment.releasedAt === null && containment.steps.some(({ state }) => state === "failed");
  return (
    <div className="grid gap-2">
      <ol className="grid">
        {containment.steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      {retry.error && <ErrorState {...refusalOf(retry.error)} />}
      {failed && can("incidents.write") && (
        <div>
          <Button
            busy={retry.isPending && t("Trying…")}
            onClick={() => retry.mutate({ tenantSlug, containmentId: containment.id })}
          >
            {t("Try again now")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Step({ step: { step, state, count, error, byHand } }: Readonly<{ step: ContainmentRow["steps"][number] }>) {
  const { word, ink } = stepState(state);
  return (
    <li className="grid gap-1 border-b py-1">
      <p className="flex items-baseline justify-between gap-4">
        <span>
          {stepName(step)}
          {state === "done" && <span className="text-ink-3"> · {countText(step, count)}</span>}
        </span>
        <span className={`font-medium ${ink}`}>{word}</span>
      </p>
      {state === "failed" && (
        <p className="text-xs text-ink-2">{t("{error} It is tried again by itself.", { error })}</p>
      )}
      {byHand.length > 0 && (
        <div className="flex items-start gap-2 rounded-md border border-outline bg-bg py-1 pe-1 ps-3">
          <pre className="max-h-32 min-w-0 flex-1 overflow-auto text-xs whitespace-pre-wrap break-all">
            {byHand.join("\n")}
          </pre>
          <CopyButton label={t("Copy the commands that do it by hand")} text={byHand.join("\n")}>
            {t("Copy")}
          </CopyButton>
        </div>
      )}
    </li>
  );
}
