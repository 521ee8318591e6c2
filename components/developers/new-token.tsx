"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ scopes: readonly string[]; onClose: () => void; onMade: (text: string) => void }>;

const periods = () => [
  { value: "30", label: t("30 days") },
  { value: "90", label: t("90 days") },
  { value: "365", label: t("A year") },
];

/** Name, end, and which of one's own permissions the token has. */
export function NewToken({ scopes, onClose, onMade }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read } = useFields({ name: checks.filled(msg("A name is missing.")) });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [missing, setMissing] = useState(false);
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: ({ tokenOnce }) => {
        void queries.invalidateQueries({ queryKey: trpc.tokens.pathKey() });
        onClose();
        onMade(tokenOnce);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const validDays = Number(new FormData(event.currentTarget).get("validDays"));
    const values = read(event.currentTarget);
    setMissing(chosen.size === 0);
    if (!values || chosen.size === 0) return;
    create.mutate({ tenantSlug, name: values.name, scopes: [...chosen], validDays });
  }

  return (
    <Dialog onClose={onClose} title={t("New token")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          hint={t("What uses it, so that you know it again.")}
          label={t("Name")}
          name="name"
          problem={problems.name}
        />
        <Select choices={periods()} defaultValue="90" label={t("Valid for")} name="validDays" />
        <Scopes chosen={chosen} missing={missing} onChoose={setChosen} scopes={scopes} />
        <FormEnd
          busy={create.isPending && t("Making…")}
          onCancel={onClose}
          refusal={create.error ? refusalOf(create.error) : undefined}
          submit={t("Make token")}
        />
      </form>
    </Dialog>
  );
}

type ScopesProps = Readonly<{
  scopes: readonly string[];
  chosen: ReadonlySet<string>;
  /** Sent off with none chosen. */
  missing: boolean;
  onChoose: (chosen: ReadonlySet<string>) => void;
}>;

function Scopes({ scopes, chosen, missing, onChoose }: ScopesProps) {
  const toggle = (scope: string) => {
    const next = new Set(chosen);
    if (!next.delete(scope)) next.add(scope);
    onChoose(next);
  };

  return (
    <fieldset aria-describedby={missing ? "no-scope" : undefined} className="grid gap-2">
      <div className="flex items-center justify-between gap-2">
        <legend className="font-medium">{t("Scopes")}</legend>
        <Button onClick={() => onChoose(new Set(scopes.filter((scope) => scope.endsWith(".read"))))}>
          {t("All that only read")}
        </Button>
      </div>
      <div className="grid max-h-56 gap-x-4 gap-y-1 overflow-y-auto sm:grid-cols-2">
        {scopes.map((scope) => (
          <label className="flex min-h-6 items-center gap-2" key={scope}>
            <input checked={chosen.has(scope)} onChange={() => toggle(scope)} type="checkbox" />
            <code className="text-xs">{scope}</code>
          </label>
        ))}
      </div>
      {missing && (
        <p className="text-xs text-bad" id="no-scope">
          {t("Choose at least one.")}
        </p>
      )}
    </fieldset>
  );
}
