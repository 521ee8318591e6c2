"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalOf } from "@/components/api/refusal";
import { amountProblem, plainAmount, readAmount } from "@/components/billing/amount-input";
import { MoveEffect } from "@/components/billing/move-effect";
import { useScope } from "@/components/shell/scope";
import { OnboardFields, onboardChecks } from "@/components/tenants/onboard-fields";
import { Onboarded } from "@/components/tenants/onboarded";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { useFields } from "@/components/ui/use-fields";

/** A tenant live while one talks: one form, and what it does to one's own wallet beside it. */
export function OnboardTenant({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug, tenant } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const defaults = useQuery(trpc.tenants.onboardDefaults.queryOptions({ tenantSlug }, { staleTime: 0 }));
  const { problems, read, setProblems } = useFields(onboardChecks);
  const [draft, setDraft] = useState({ name: "", email: "", credit: "" });
  const onboard = useMutation(
    trpc.tenants.onboard.mutationOptions({
      onSuccess: () => queries.invalidateQueries(),
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { initialCredit, kind, planId, ...rest } = values;
    onboard.mutate({
      tenantSlug,
      ...rest,
      planId: planId || null,
      kind: kind === "reseller" ? "reseller" : "customer",
      initialCredit: initialCredit ? plainAmount(initialCredit) : "0",
    });
  }

  if (onboard.data) {
    return (
      <Dialog holdOpen onClose={onClose} title={`${draft.name} is ready`}>
        <Onboarded onDone={onClose} result={onboard.data} />
      </Dialog>
    );
  }

  const credit = amountProblem(draft.credit) ? 0n : (readAmount(draft.credit) ?? 0n);
  const refusal = onboard.error ? refusalOf(onboard.error) : undefined;
  return (
    <Dialog onClose={onClose} size="wide" title="New tenant">
      <QueryView query={defaults} skeleton={<Skeleton rows={6} />}>
        {(data) => (
          <form className="grid gap-6 sm:grid-cols-[minmax(0,1fr)_19rem]" noValidate onSubmit={submit}>
            <OnboardFields defaults={data} onDraft={setDraft} problems={problems} />
            <div className="grid content-start gap-6 sm:border-l sm:pl-6">
              <Section title="What it does to the money">
                <MoveEffect
                  currency={tenant.currency}
                  rows={[
                    ...(data.paysFromWallet
                      ? [{ name: tenant.name, before: data.available, after: data.available - credit }]
                      : []),
                    { name: draft.name || "The new tenant", before: 0n, after: credit },
                  ]}
                />
                {!data.paysFromWallet && (
                  <p className="text-ink-3">The operator's credit comes from payments, so no wallet gets smaller.</p>
                )}
              </Section>
              <Section title="What is made">
                <ul className="grid list-disc gap-1 pl-4 text-ink-2">
                  <li>A wallet with the credit above</li>
                  <li>Extension 101 with its SIP secret, shown once</li>
                  <li>Calls to the home country open, all others closed</li>
                  <li>An invitation link for {draft.email || "the admin"}, valid 7 days</li>
                </ul>
              </Section>
              {refusal && refusal.code !== "slug_taken" && <ErrorState {...refusal} />}
              <div className="flex justify-end gap-2">
                <Button onClick={onClose}>Cancel</Button>
                <Button busy={onboard.isPending && "Making the tenant…"} look="primary" type="submit">
                  Make tenant
                </Button>
              </div>
            </div>
          </form>
        )}
      </QueryView>
    </Dialog>
  );
}
