"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import { useScope } from "@/components/shell/scope";
import { OnboardEffect } from "@/components/tenants/onboard-effect";
import { type Draft, onboardChecks, TermsFields, WhoFields } from "@/components/tenants/onboard-fields";
import { Onboarded } from "@/components/tenants/onboarded";
import { Dialog } from "@/components/ui/dialog";
import { FormEnd } from "@/components/ui/form-end";
import { Skeleton } from "@/components/ui/skeleton";
import { useFields } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

type Made = Readonly<{ name: string; result: Outputs["tenants"]["onboard"] }>;

/** A tenant live while one talks: one form, and what it does to one's own wallet beside it. */
export function OnboardTenant({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const defaults = useQuery(useTRPC().tenants.onboardDefaults.queryOptions({ tenantSlug }, { staleTime: 0 }));
  const [made, setMade] = useState<Made>();
  if (made) {
    return (
      <Dialog holdOpen onClose={onClose} title={t("{name} is ready", { name: made.name })}>
        <Onboarded onDone={onClose} result={made.result} />
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} size="wide" title={t("New tenant")}>
      <QueryView query={defaults} skeleton={<Skeleton rows={6} />}>
        {(data) => <OnboardForm defaults={data} onCancel={onClose} onMade={setMade} />}
      </QueryView>
    </Dialog>
  );
}

type FormProps = Readonly<{
  defaults: Outputs["tenants"]["onboardDefaults"];
  onMade: (made: Made) => void;
  onCancel: () => void;
}>;

function OnboardForm({ defaults, onMade, onCancel }: FormProps) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(onboardChecks);
  const [draft, setDraft] = useState<Draft>({ name: "", email: "", credit: "", currency: defaults.currency });
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const onboard = useMutation(
    trpc.tenants.onboard.mutationOptions({
      onSuccess: (result, { name }) => {
        void queries.invalidateQueries();
        onMade({ name, result });
      },
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

  return (
    <form className="grid gap-6 sm:grid-cols-[minmax(0,1fr)_19rem]" noValidate onSubmit={submit}>
      <div className="grid content-start gap-4">
        <WhoFields draft={draft} onDraft={change} problems={problems} />
        <TermsFields defaults={defaults} draft={draft} onDraft={change} problems={problems} />
      </div>
      <div className="grid content-start gap-6 sm:border-s sm:ps-6">
        <OnboardEffect defaults={defaults} draft={draft} />
        <FormEnd
          busy={onboard.isPending && t("Making the tenant…")}
          onCancel={onCancel}
          refusal={refusalBeside(onboard.error, onboardChecks)}
          submit={t("Make tenant")}
        />
      </div>
    </form>
  );
}
