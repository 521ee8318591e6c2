"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ extension: ExtensionRow; onClose: () => void; onDeleted: () => void }>;

/** A one-way act: the number is typed, and what is kept is said first. */
export function DeleteExtension({ extension, onClose, onDeleted }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation(
    trpc.extensions.delete.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
        toast(t("Extension {number} deleted. Its calls stay in the list.", { number: extension.number }));
        onDeleted();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (typed.trim() === extension.number) remove.mutate({ tenantSlug, extensionId: extension.id });
  }

  return (
    <Dialog onClose={onClose} title={t("Delete extension {number}", { number: extension.number })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-md text-ink-2">
          {t(
            "Its phone is cut off at once, and calls in progress end. Past calls and charges stay. The number can be given out again; the secret cannot be brought back.",
          )}
        </p>
        <Field
          data-first=""
          label={t("Type {number} to go on", { number: extension.number })}
          name="typed"
          onChange={(event) => setTyped(event.target.value)}
          value={typed}
        />
        {remove.error && <ErrorState {...refusalOf(remove.error)} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("Keep extension")}</Button>
          <Button
            busy={remove.isPending && t("Deleting…")}
            disabled={typed.trim() !== extension.number}
            look="danger"
            type="submit"
          >
            {t("Delete extension")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
