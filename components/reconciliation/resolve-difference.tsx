"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { DifferenceRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { type Check, checks, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ row: DifferenceRow; onDone: () => void }>;

const reasonProblem: Check = (value) => (value.length < 3 ? t("Say why, for those who read it later.") : undefined);

/** Closes a difference with a reason. While money is held for its call, the person says how long was talked. */
export function ResolveDifference({ row, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const most = row.heldForSeconds;
  const talkProblem: Check = (value) =>
    /^\d{1,5}$/.test(value) && Number(value) <= (most ?? 0)
      ? undefined
      : t("Whole seconds, 0 to {most}.", { most: most ?? 0 });
  const { problems, read } = useFields({ reason: reasonProblem, talk: most === null ? checks.any : talkProblem });
  const resolve = useMutation(
    trpc.reconciliation.resolve.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries({ queryKey: trpc.reconciliation.pathKey() });
        onDone();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const talk = most === null ? {} : { talkSeconds: Number(values.talk) };
    resolve.mutate({ tenantSlug, differenceId: row.id, reason: values.reason, ...talk });
  }

  return (
    <Section title={t("Close it")}>
      <form className="grid gap-3" noValidate onSubmit={submit}>
        {most !== null && (
          <Field
            hint={t(
              "The hold pays for {most, plural, one {# second} other {# seconds}}. 0 releases it; otherwise so much is charged at every level.",
              { most },
            )}
            inputMode="numeric"
            label={t("Talked")}
            name="talk"
            problem={problems.talk}
            unit="s"
          />
        )}
        <Field label={t("Reason")} maxLength={500} name="reason" problem={problems.reason} />
        {resolve.error && <ErrorState {...refusalOf(resolve.error)} />}
        <div className="flex justify-end">
          <Button busy={resolve.isPending && t("Closing…")} look="primary" type="submit">
            {most === null ? t("Close difference") : t("Settle and close")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
