"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { isLanguage, type Language, languages } from "@/server/kernel/languages";
import { t } from "@/server/kernel/words";

const choices = Object.entries(languages).map(([value, label]) => ({ value, label }));

/** The language of a tenant's mails and pages, for whoever chose none themselves and whose browser asks for none of ours. */
export function TenantLanguage({ language, onClose }: Readonly<{ language: Language; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const keep = useMutation(
    useTRPC().settings.setLanguage.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries();
        toast(t("The language is set."));
        onClose();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget).get("language");
    if (typeof chosen === "string" && isLanguage(chosen)) keep.mutate({ tenantSlug, language: chosen });
  }

  return (
    <Dialog onClose={onClose} title={t("Change language")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Select
          choices={choices}
          data-first=""
          defaultValue={language}
          hint={t(
            "Mails and the statements to come are written in it, and pages where neither the person nor the browser wishes another.",
          )}
          label={t("Language")}
          name="language"
        />
        <FormEnd
          busy={keep.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={keep.error ? refusalOf(keep.error) : undefined}
          submit={t("Set language")}
        />
      </form>
    </Dialog>
  );
}
