"use client";

import { type FormEvent, useId } from "react";

import { refusalOf } from "@/components/api/refusal";
import { useIncident } from "@/components/incidents/use-incident";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

/** A line in the timeline, by a person. */
export function CommentIncident({ incidentId }: Readonly<{ incidentId: string }>) {
  const id = useId();
  const { tenantSlug } = useScope();
  const { comment } = useIncident();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const text = String(new FormData(form).get("text") ?? "").trim();
    if (text) comment.mutate({ tenantSlug, incidentId, text }, { onSuccess: () => form.reset() });
  }

  return (
    <form className="grid gap-2 pt-1" noValidate onSubmit={submit}>
      <label className="sr-only" htmlFor={id}>
        {t("Comment")}
      </label>
      <textarea
        className="control min-h-16 py-1.5"
        data-shortcut="p"
        id={id}
        maxLength={4_000}
        name="text"
        placeholder={t("What you saw, did or heard…")}
        rows={2}
      />
      {comment.error && <ErrorState {...refusalOf(comment.error)} />}
      <div className="flex justify-end">
        <Button busy={comment.isPending && t("Writing…")} type="submit">
          {t("Add to the timeline")}
        </Button>
      </div>
    </form>
  );
}
