"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { Inputs, Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { roleChoices } from "@/components/team/role-choices";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

type Role = Inputs["members"]["setFactorPolicy"]["roles"][number];
type Props = Readonly<{ policy: Outputs["members"]["list"]["factorPolicy"] }>;

/** Which roles work here only with a second factor. A tick counts at once. */
export function FactorPolicy({ policy }: Props) {
  const { tenantSlug, tenant, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const set = useMutation(
    trpc.members.setFactorPolicy.mutationOptions({
      onSuccess: () => toast(t("From the next request on.")),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }),
    }),
  );
  const shown: readonly string[] = set.isPending ? set.variables.roles : policy;
  const tick = (role: string, on: boolean) =>
    set.mutate({
      tenantSlug,
      roles: [...policy.filter((each) => each !== role), ...(on ? [role as Role] : [])],
      seen: { roles: policy.join(" ") },
    });
  return (
    <Section level={2} title={t("Second factor required for")}>
      <fieldset className="flex flex-wrap gap-x-6 gap-y-2" disabled={!can("members.write") || set.isPending}>
        <legend className="sr-only">{t("Second factor required for")}</legend>
        {roleChoices(tenant.kind).map(({ value }) => (
          <label className="inline-flex min-h-8 items-center gap-2" key={value}>
            <input
              checked={shown.includes(value)}
              onChange={(event) => tick(value, event.target.checked)}
              type="checkbox"
            />
            <span className="inline-block first-letter:uppercase">{roleText(value)}</span>
          </label>
        ))}
      </fieldset>
      {set.error && <ErrorState {...refusalOf(set.error)} />}
    </Section>
  );
}
