"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { CopyLine } from "@/components/ui/copy-line";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { rich } from "@/components/words/rich";
import { msg, t } from "@/server/kernel/words";

type Own = NonNullable<Outputs["branding"]["get"]["own"]>;

const fields = {
  host: checks.shape(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i,
    msg("Write a host name such as portal.company.com."),
  ),
} as const;

/** The portal under a name of one's own: written down, shown to be one's own, then served. */
export function BrandHost({ own }: Readonly<{ own: Own }>) {
  const { can } = useScope();
  const writes = can("members.write");
  return (
    <Section level={2} title={t("Host name")}>
      {own.host === null && (
        <p className="text-ink-2">
          {t("Your people and your customers can come in by a name of yours. Only they are let in there.")}
        </p>
      )}
      {own.host !== null && <HostState own={own} writes={writes} />}
      {own.host === null && writes && <HostForm />}
    </Section>
  );
}

function useHost(said: string) {
  const queries = useQueryClient();
  return useMutation(
    useTRPC().branding.setHost.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries();
        toast(said);
      },
    }),
  );
}

function HostForm() {
  const { tenantSlug } = useScope();
  const { problems, read, setProblems } = useFields(fields);
  const set = useHost(t("Written down. Add the record to your DNS, then check it."));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) {
      set.mutate({ tenantSlug, host: values.host }, { onError: (error) => setProblems(problemsOf(error)) });
    }
  }
  return (
    <form className="grid gap-3" noValidate onSubmit={submit}>
      <Field
        className="font-mono"
        label={t("Host name")}
        maxLength={253}
        name="host"
        placeholder={t("portal.company.com")}
        problem={problems.host}
      />
      <FormEnd
        busy={set.isPending && t("Saving…")}
        refusal={refusalBeside(set.error, fields)}
        submit={t("Use this name")}
      />
    </form>
  );
}

function HostState({ own, writes }: Readonly<{ own: Own; writes: boolean }>) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const drop = useHost(t("Taken away. People come in by the portal's own name."));
  const check = useMutation(
    useTRPC().branding.checkHost.mutationOptions({ onSettled: () => queries.invalidateQueries() }),
  );
  const verified = own.verifiedAt !== null;
  const host = own.host ?? "";
  return (
    <div className="grid gap-3">
      <Notice
        title={verified ? t("{host} is yours and is served.", { host }) : t("{host} is not served yet.", { host })}
        tone={verified ? "ok" : "warn"}
      >
        {verified
          ? t(
              "Links in mails lead there. Leave its record in the DNS: without it for three days, the name is served no more. Let the name point to this installation, and have a certificate for it where your TLS ends.",
            )
          : t("Add this record to its DNS. It shows that the name is yours, for as long as it is there.")}
      </Notice>
      {!verified && own.record && (
        <div className="grid gap-2">
          <CopyLine label={t("Name of the TXT record")} text={own.record.name} />
          <CopyLine label={t("Value")} text={own.record.value} />
        </div>
      )}
      {check.data?.state === "missing" && (
        <p className="text-warn" role="status">
          {t("The record is not in the DNS yet. It may take some minutes until it is seen everywhere.")}
        </p>
      )}
      {check.error && <ErrorState {...refusalOf(check.error)} />}
      {writes && (
        <div className="flex flex-wrap items-center gap-2">
          {!verified && (
            <Button busy={check.isPending && t("Asking the DNS…")} onClick={() => check.mutate({ tenantSlug })}>
              {t("Check the record")}
            </Button>
          )}
          <Button
            busy={drop.isPending && t("Taking away…")}
            look="quiet"
            onClick={() => drop.mutate({ tenantSlug, host: null })}
          >
            {t("Stop using this name")}
          </Button>
          {own.checkedAt && (
            <span className="text-xs text-ink-3">
              {rich("Last checked {moment}", { moment: <Moment at={own.checkedAt} /> })}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
