"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount } from "@/components/billing/amount-input";
import { useScope } from "@/components/shell/scope";
import { OnboardDetails, shortName } from "@/components/tenants/onboard-details";
import { OnboardEffect } from "@/components/tenants/onboard-effect";
import { draftOf, emptyDraft, OnboardFields, onboardChecks, type Written } from "@/components/tenants/onboard-fields";
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

/** Shown as text until somebody wants to write them, or has to. */
const followed = ["slug", "kind", "timeZone", "currency"] as const;

function OnboardForm({ defaults, onMade, onCancel }: FormProps) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(onboardChecks);
  const [written, setWritten] = useState<Written>(() => emptyDraft(defaults));
  const draft = draftOf(defaults, written);
  const [details, setDetails] = useState(false);
  const change = (next: Partial<Written>) => setWritten((before) => ({ ...before, ...next }));
  const onboard = useMutation(
    trpc.tenants.onboard.mutationOptions({
      onSuccess: (result, { name }) => {
        void queries.invalidateQueries();
        onMade({ name, result });
      },
      onError: (error) => {
        const found = problemsOf(error);
        setProblems(found);
        if (followed.some((name) => found[name])) setDetails(true);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    // A name that makes no short one, in another alphabet perhaps: it is asked for.
    if (!values) return void (draft.name && onboardChecks.slug(shortName(draft)) && setDetails(true));
    const { initialCredit, planId, kind: _, limits: __, ...rest } = values;
    onboard.mutate({
      tenantSlug,
      ...rest,
      planId: planId || null,
      kind: draft.kind,
      limits: draft.limits,
      initialCredit: initialCredit ? plainAmount(initialCredit) : "0",
    });
  }

  const fields = { defaults, draft, onDraft: change, problems };
  return (
    <form className="grid gap-6 sm:grid-cols-[minmax(0,1fr)_19rem]" noValidate onSubmit={submit}>
      <div className="grid content-start gap-4">
        <OnboardFields {...fields} />
        <OnboardDetails {...fields} onOpen={() => setDetails(true)} open={details} />
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
