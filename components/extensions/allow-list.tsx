"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { LinesField, linesIn } from "@/components/ui/lines-field";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The networks that an extension's phones may come from. */
export function AllowList({ extension }: Readonly<{ extension: ExtensionRow }>) {
  const { tenantSlug, can } = useScope();
  const [editing, setEditing] = useState(false);
  const query = useQuery(useTRPC().extensions.allowList.queryOptions({ tenantSlug, extensionId: extension.id }));
  return (
    <Section
      aside={
        can("extensions.write") && (
          <Button look="quiet" onClick={() => setEditing(true)}>
            {t("Change…")}
          </Button>
        )
      }
      title={t("May come from")}
    >
      <QueryView query={query}>
        {({ networks }) => (
          <>
            {networks.length === 0 ? (
              <p className="text-ink-2">{t("Everywhere.")}</p>
            ) : (
              <ul className="flex flex-wrap gap-x-4 gap-y-1">
                {networks.map((network) => (
                  <li key={network}>
                    <code>{network}</code>
                  </li>
                ))}
              </ul>
            )}
            {editing && <EditAllowList extension={extension} networks={networks} onClose={() => setEditing(false)} />}
          </>
        )}
      </QueryView>
    </Section>
  );
}

type EditProps = Readonly<{ extension: ExtensionRow; networks: readonly string[]; onClose: () => void }>;

function EditAllowList({ extension, networks, onClose }: EditProps) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { seen, told } = useSeen({ networks: networks.join(" ") });
  const save = useMutation(
    trpc.extensions.setAllowList.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.extensions.pathKey() });
        toast(t("Saved for {number}. It holds from the next request of its phone.", { number: extension.number }));
        onClose();
      },
      onError: told,
    }),
  );
  const problem = problemsOf(save.error)["networks"];
  const cutsOff = save.error !== null && refusalOf(save.error).code === "ban_cuts_off";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const typed = linesIn(data, "networks");
    const cutOff = data.get("cutOff") === "on";
    save.mutate({ tenantSlug, extensionId: extension.id, networks: typed, cutOff, seen });
  }

  return (
    <Dialog onClose={onClose} title={t("Where {number} may come from", { number: extension.number })}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <LinesField
          hint={t(
            "One a line, such as 203.0.113.7 or 198.51.100.0/24. Empty means everywhere. Others are refused, with the right secret too.",
          )}
          label={t("Networks")}
          lines={networks}
          name="networks"
          problem={problem}
        />
        {cutsOff && (
          <label className="flex min-h-8 items-center gap-2">
            <input name="cutOff" type="checkbox" />
            {t("Cut off phones that are registered from elsewhere")}
          </label>
        )}
        <FormEnd
          busy={save.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(save.error, { networks: problem })}
          submit={t("Save networks")}
        />
      </form>
    </Dialog>
  );
}
