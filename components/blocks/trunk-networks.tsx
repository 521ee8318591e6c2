"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { LinesField, linesIn } from "@/components/ui/lines-field";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ trunk?: Outputs["trunks"]["list"]["items"][number]; onClose: () => void }>;

/** The list of one trunk, or of one that the portal has not heard of. What would be cut off is named before it is. */
export function TrunkNetworks({ trunk, onClose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { seen, told } = useSeen({ networks: trunk?.networks.join(" ") ?? "" });
  const save = useMutation(
    trpc.trunks.setNetworks.mutationOptions({
      onSuccess: ({ trunk: name }) => {
        void queries.invalidateQueries({ queryKey: trpc.trunks.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.pbx.pathKey() });
        toast(t("Saved for {trunk}. It holds from the next call.", { trunk: name }));
        onClose();
      },
      onError: told,
    }),
  );
  const problems = problemsOf(save.error);
  const cutsOff = save.error !== null && refusalOf(save.error).code === "ban_cuts_off";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const networks = linesIn(data, "networks");
    const name = trunk?.trunk ?? String(data.get("trunk") ?? "");
    const cutOff = data.get("cutOff") === "on";
    save.mutate({ tenantSlug, trunk: name, networks, cutOff, isNew: trunk === undefined, seen });
  }

  return (
    <Dialog
      onClose={onClose}
      title={trunk ? t("Where calls of {trunk} may come from", { trunk: trunk.trunk }) : t("Add a trunk")}
    >
      <form className="grid gap-4" noValidate onSubmit={submit}>
        {!trunk && (
          <Field
            hint={t("As its endpoint is called in the PBX's files.")}
            label={t("Trunk")}
            name="trunk"
            problem={problems["trunk"]}
          />
        )}
        <Networks known={trunk?.networks} problem={problems["networks"]} />
        {cutsOff && (
          <label className="flex min-h-8 items-center gap-2">
            <input name="cutOff" type="checkbox" />
            {t("Cut off what the list leaves out")}
          </label>
        )}
        <FormEnd
          busy={save.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(save.error, problems)}
          submit={t("Save networks")}
        />
      </form>
    </Dialog>
  );
}

type NetworksProps = Readonly<{ known: readonly string[] | undefined; problem: string | undefined }>;

/** @param props.known the list of a trunk that is known; nothing is configured for another. */
function Networks({ known, problem }: NetworksProps) {
  const hint = known
    ? t(
        "One a line, such as 203.0.113.7 or 198.51.100.0/24. Empty means the addresses that are configured at the PBX. Name all that the carrier calls from.",
      )
    : t("One a line, such as 203.0.113.7 or 198.51.100.0/24. Name all that the carrier calls from.");
  return <LinesField hint={hint} label={t("Networks")} lines={known ?? []} name="networks" problem={problem} />;
}
