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
        toast(`Extension ${extension.number} deleted. Its calls stay in the list.`);
        onDeleted();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (typed.trim() === extension.number) remove.mutate({ tenantSlug, extensionId: extension.id });
  }

  return (
    <Dialog onClose={onClose} title={`Delete extension ${extension.number}`}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <p className="text-md text-ink-2">
          Its phone is cut off at once, and calls in progress end. Past calls and charges stay. The number can be given
          out again; the secret cannot be brought back.
        </p>
        <Field
          data-first=""
          label={`Type ${extension.number} to go on`}
          name="typed"
          onChange={(event) => setTyped(event.target.value)}
          value={typed}
        />
        {remove.error && <ErrorState {...refusalOf(remove.error)} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep extension</Button>
          <Button
            busy={remove.isPending && "Deleting…"}
            disabled={typed.trim() !== extension.number}
            look="danger"
            type="submit"
          >
            Delete extension
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
