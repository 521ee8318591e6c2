"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { durationChoices, reachChoices } from "@/components/blocks/ban-words";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{
  onClose: () => void;
  /** What the form begins with. */
  network?: string;
  reason?: string;
}>;

/** Bans an address by hand. What works there is named first, and cut off only when somebody says so. */
export function PlaceBan({ onClose, network, reason }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    network: checks.filled(msg("The address is missing.")),
    reason: checks.filled(msg("The reason is missing.")),
    scope: checks.any,
    seconds: checks.any,
  });
  const place = useMutation(
    trpc.bans.place.mutationOptions({
      onSuccess: (_, { network }) => {
        void queries.invalidateQueries({ queryKey: trpc.bans.pathKey() });
        toast(t("{network} is banned.", { network }));
        onClose();
      },
      onError: (error) => form.setProblems(problemsOf(error)),
    }),
  );
  const cutsOff = place.error !== null && refusalOf(place.error).code === "ban_cuts_off";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    const { network, reason, seconds } = values;
    const cutOff = new FormData(event.currentTarget).get("cutOff") === "on";
    const scope = values.scope === "web" || values.scope === "all" ? values.scope : "sip";
    place.mutate({ tenantSlug, network, scope, reason, cutOff, ...(seconds ? { seconds: Number(seconds) } : {}) });
  }

  /** That it may be cut off was said of what was named: of another address, or the portal as well, it has to be said again. */
  function forget({ target }: FormEvent<HTMLFormElement>) {
    if (cutsOff && target instanceof Element && /^(network|scope)$/.test(target.getAttribute("name") ?? ""))
      place.reset();
  }

  return (
    <Dialog onClose={onClose} title={t("Ban an address")}>
      <form className="grid gap-4" noValidate onChange={forget} onSubmit={submit}>
        <What network={network} problems={form.problems} reason={reason} />
        {cutsOff && (
          <label className="flex min-h-8 items-center gap-2">
            <input name="cutOff" type="checkbox" />
            {t("Cut off what works there")}
          </label>
        )}
        <FormEnd
          busy={place.isPending && t("Banning…")}
          onCancel={onClose}
          refusal={refusalBeside(place.error, form.problems)}
          submit={t("Add ban")}
        />
      </form>
    </Dialog>
  );
}

type Said = Readonly<{ network?: string | undefined; reason?: string | undefined }>;

function What({ problems, network, reason }: Readonly<{ problems: Said } & Said>) {
  return (
    <>
      <Field
        data-first=""
        defaultValue={network}
        hint={t("One address, or a network such as 203.0.113.0/24.")}
        label={t("Address")}
        name="network"
        problem={problems.network}
      />
      <Select choices={reachChoices()} label={t("Keep it away from")} name="scope" />
      <Select choices={durationChoices()} label={t("For")} name="seconds" />
      <Field defaultValue={reason} label={t("Why")} maxLength={200} name="reason" problem={problems.reason} />
    </>
  );
}
