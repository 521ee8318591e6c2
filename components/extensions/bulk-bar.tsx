"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import { extensionChecks } from "@/components/extensions/extension-checks";
import { SecretsOnce } from "@/components/extensions/secrets-once";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, type Problems, useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ chosen: ReadonlySet<string>; onDone: () => void }>;

/** What can be done to all that are chosen. */
export function BulkBar({ chosen, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<"rotate" | "limit">();
  const input = { tenantSlug, extensionIds: [...chosen] };
  const settled = {
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() }),
    onError: (error: unknown) => {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    },
  };
  const suspending = useMutation(trpc.bulk.suspend.mutationOptions(settled));
  const resuming = useMutation(trpc.bulk.resume.mutationOptions(settled));
  const resume = () =>
    resuming.mutate(input, {
      onSuccess: ({ count }) =>
        toast(t("{extensions, plural, one {# extension} other {# extensions}} may call again.", { extensions: count })),
    });
  const suspend = () =>
    suspending.mutate(input, {
      onSuccess: ({ count }) =>
        toast(
          t(
            "{extensions, plural, one {# extension} other {# extensions}} suspended. They can still dial emergency numbers.",
            { extensions: count },
          ),
          { undo: resume },
        ),
    });

  return (
    <div
      aria-label={t("What is chosen")}
      className="sticky bottom-3 z-20 mt-3 flex flex-wrap items-center gap-2 rounded-lg border bg-surface px-3 py-2 shadow-lg"
      role="toolbar"
    >
      <p className="figures me-auto font-medium">
        {t("{extensions, plural, one {# extension} other {# extensions}} chosen", { extensions: chosen.size })}
      </p>
      <Button busy={suspending.isPending && t("Suspending…")} onClick={suspend}>
        {t("Suspend")}
      </Button>
      <Button busy={resuming.isPending && t("Resuming…")} onClick={resume}>
        {t("Resume")}
      </Button>
      <Button onClick={() => setDialog("limit")}>{t("Set limits…")}</Button>
      <Button onClick={() => setDialog("rotate")}>{t("Rotate secrets…")}</Button>
      <Button look="quiet" onClick={onDone}>
        {t("Clear choice")}
      </Button>
      {dialog === "rotate" && <RotateMany chosen={chosen} onClose={() => setDialog(undefined)} />}
      {dialog === "limit" && <LimitMany chosen={chosen} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

type DialogProps = Readonly<{ chosen: ReadonlySet<string>; onClose: () => void }>;

function RotateMany({ chosen, onClose }: DialogProps) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const rotate = useMutation(
    trpc.bulk.rotate.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() }),
    }),
  );
  if (rotate.data) {
    return (
      <Dialog holdOpen onClose={onClose} title={t("New secrets")}>
        <SecretsOnce onDone={onClose} secrets={rotate.data.secretsOnce} />
      </Dialog>
    );
  }
  return (
    <Dialog
      onClose={onClose}
      title={t("Rotate the secrets of {extensions, plural, one {# extension} other {# extensions}}", {
        extensions: chosen.size,
      })}
    >
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {t(
            "Their phones are cut off now and stay off until they are set up with the new secrets. Meanwhile they cannot even dial emergency numbers. The old secrets cannot be brought back.",
          )}
        </p>
        {rotate.error && <ErrorState {...refusalOf(rotate.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep the old secrets")}
          </Button>
          <Button
            busy={rotate.isPending && t("Rotating…")}
            look="danger"
            onClick={() => rotate.mutate({ tenantSlug, extensionIds: [...chosen] })}
          >
            {t("Rotate secrets")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const limitChecks = {
  maxCalls: extensionChecks.maxCalls,
  dailyCap: checks.any,
} as const;

function LimitMany({ chosen, onClose }: DialogProps) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(limitChecks);
  const limit = useMutation(
    trpc.bulk.limit.mutationOptions({
      onSuccess: ({ count }) => {
        void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
        toast(
          t(
            "Limits set for {extensions, plural, one {# extension} other {# extensions}}. They hold from the next call.",
            { extensions: count },
          ),
        );
        onClose();
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    if (!values.maxCalls && !values.dailyCap) {
      setProblems({ maxCalls: t("Write one of the two.") });
      return;
    }
    limit.mutate({
      tenantSlug,
      extensionIds: [...chosen],
      ...(values.maxCalls ? { maxCalls: Number(values.maxCalls) } : {}),
      ...(values.dailyCap ? { dailyCap: plainAmount(values.dailyCap) } : {}),
    });
  }

  return (
    <Dialog
      onClose={onClose}
      title={t("Limits of {extensions, plural, one {# extension} other {# extensions}}", { extensions: chosen.size })}
    >
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <LimitFields currency={currency} problems={problems} />
        <FormEnd
          busy={limit.isPending && t("Setting…")}
          onCancel={onClose}
          refusal={refusalBeside(limit.error, limitChecks)}
          submit={t("Set limits")}
        />
      </form>
    </Dialog>
  );
}

function LimitFields({
  problems,
  currency,
}: Readonly<{ problems: Problems<"maxCalls" | "dailyCap">; currency: string }>) {
  return (
    <>
      <p className="text-ink-2">{t("What is left empty stays as it is.")}</p>
      <div className="grid grid-cols-2 gap-4">
        <Field
          data-first=""
          inputMode="numeric"
          label={t("Calls at once")}
          name="maxCalls"
          problem={problems.maxCalls}
          required={false}
        />
        <Field
          inputMode="decimal"
          label={t("Daily cap")}
          name="dailyCap"
          problem={problems.dailyCap}
          required={false}
          unit={currency}
        />
      </div>
    </>
  );
}
