"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { ManyEnd } from "@/components/tenants/many-end";
import { useEach } from "@/components/tenants/use-each";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly TenantRow[]; onClose: () => void; onDone: () => void }>;

/** Another plan for the chosen tenants; what is charged already stays as it was. */
export function PlanMany({ rows, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const plans = useQuery(trpc.plans.list.queryOptions({ tenantSlug }));
  const assign = useMutation(trpc.plans.assign.mutationOptions());
  const [planId, setPlanId] = useState("");
  const own = (plans.data?.items ?? []).filter((plan) => plan.own);
  const chosen = own.find((plan) => plan.id === planId) ?? own[0];
  const fitting = rows.filter((row) => chosen && row.currency === chosen.currency && row.planName !== chosen.name);
  const each = useEach(fitting, onDone);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen) void each.run((row) => assign.mutateAsync({ tenantSlug, toTenantSlug: row.slug, planId: chosen.id }));
  }
  const left = rows.length - fitting.length;
  return (
    <Dialog holdOpen={each.running} onClose={each.over ? onDone : onClose} title={t("Change plan")}>
      <QueryView query={plans}>
        {() =>
          chosen ? (
            <form className="grid gap-4" onSubmit={submit}>
              <Select
                choices={own.map((plan) => ({ value: plan.id, label: `${plan.name} (${plan.currency})` }))}
                label={t("Plan")}
                name="planId"
                onChange={(event) => setPlanId(event.target.value)}
                value={chosen.id}
              />
              {!each.over && (
                <p className="text-ink-2">
                  {t(
                    "{count, plural, one {# tenant buys by {plan} from the next call on.} other {# tenants buy by {plan} from the next call on.}}",
                    { count: fitting.length, plan: chosen.name },
                  )}
                  {left > 0 &&
                    ` ${t("Left alone, because they have it already or count in another currency: {left}.", { left })}`}
                </p>
              )}
              <ManyEnd
                {...each}
                count={fitting.length}
                doing={msg("Changing {done} of {count}…")}
                onClose={onClose}
                onDone={onDone}
                submit={t("Change plan")}
              />
            </form>
          ) : (
            <p>{t("You have no plan yet. Make one on the page Plans.")}</p>
          )
        }
      </QueryView>
    </Dialog>
  );
}
