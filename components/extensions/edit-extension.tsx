"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { plainAmount } from "@/components/billing/amount-input";
import { extensionChecks } from "@/components/extensions/extension-checks";
import { ExtensionFields } from "@/components/extensions/extension-fields";
import { fieldText } from "@/components/limits/limit-words";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { useFields } from "@/components/ui/use-fields";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ extension: ExtensionRow; onClose: () => void }>;

const { number: _, ...checks } = extensionChecks;

const shownOf = ({ displayName, callerId, maxCalls, dailyCapMicros: cap }: ExtensionRow) => ({
  ...{ displayName, callerId, maxCalls },
  dailyCap: cap === null ? null : decimalOf(cap),
});

/** Name, caller ID and limits. The number stays: phones and other people know it. */
export function EditExtension({ extension, onClose }: Props) {
  const { tenantSlug, currency } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(checks);
  const { seen, told } = useSeen(shownOf(extension));
  const edit = useMutation(
    trpc.extensions.edit.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
        toast(t("Extension {number} changed. New calls follow the new limits.", { number: extension.number }));
        onClose();
      },
      onError: (error) => {
        setProblems(problemsOf(error));
        told(error);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    edit.mutate({
      tenantSlug,
      extensionId: extension.id,
      displayName: values.displayName,
      callerId: values.callerId || null,
      maxCalls: Number(values.maxCalls || extension.maxCalls),
      dailyCap: values.dailyCap === "" ? null : plainAmount(values.dailyCap),
      seen,
    });
  }

  const { callerId, maxCalls, dailyCapMicros } = extension;
  const values = { callerId: callerId ?? "", maxCalls: String(maxCalls), dailyCap: fieldText(dailyCapMicros) };
  return (
    <Dialog onClose={onClose} title={t("Extension {number}", { number: extension.number })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          defaultValue={extension.displayName}
          label={t("Name")}
          maxLength={64}
          name="displayName"
          problem={problems.displayName}
        />
        <ExtensionFields currency={currency} problems={problems} values={values} />
        <FormEnd
          busy={edit.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(edit.error, checks)}
          submit={t("Save extension")}
        />
      </form>
    </Dialog>
  );
}
