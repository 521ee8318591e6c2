"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { t } from "@/server/kernel/words";

/** A comment, for the other side to read. */
export function SayMore({ disputeId }: Readonly<{ disputeId: string }>) {
  const id = useId();
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const say = useMutation(
    trpc.disputes.comment.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.disputes.pathKey() }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const text = String(new FormData(form).get("text") ?? "").trim();
    if (text) say.mutate({ tenantSlug, disputeId, text }, { onSuccess: () => form.reset() });
  }

  return (
    <form className="grid gap-2 pt-1" noValidate onSubmit={submit}>
      <label className="sr-only" htmlFor={id}>
        {t("Comment")}
      </label>
      <textarea
        className="control min-h-16 py-1.5"
        id={id}
        maxLength={2_000}
        name="text"
        placeholder={t("Write to the other side…")}
        rows={2}
      />
      {say.error && <ErrorState {...refusalOf(say.error)} />}
      <div className="flex justify-end">
        <Button busy={say.isPending && t("Sending…")} type="submit">
          {t("Send")}
        </Button>
      </div>
    </form>
  );
}
