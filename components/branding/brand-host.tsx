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

type Own = NonNullable<Outputs["branding"]["get"]["own"]>;

const fields = {
  host: checks.shape(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i,
    "Write a host name such as portal.company.com.",
  ),
} as const;

/** The portal under a name of one's own: written down, shown to be one's own, then served. */
export function BrandHost({ own }: Readonly<{ own: Own }>) {
  const { can } = useScope();
  const writes = can("members.write");
  return (
    <Section level={2} title="Host name">
      {own.host === null && (
        <p className="text-ink-2">
          Your people and your customers can come in by a name of yours. Only they are let in there.
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
  const set = useHost("Written down. Add the record to your DNS, then check it.");
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
        label="Host name"
        maxLength={253}
        name="host"
        placeholder="portal.company.com"
        problem={problems.host}
      />
      <FormEnd busy={set.isPending && "Saving…"} refusal={refusalBeside(set.error, fields)} submit="Use this name" />
    </form>
  );
}

function HostState({ own, writes }: Readonly<{ own: Own; writes: boolean }>) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const drop = useHost("Taken away. People come in by the portal's own name.");
  const check = useMutation(
    useTRPC().branding.checkHost.mutationOptions({ onSettled: () => queries.invalidateQueries() }),
  );
  const verified = own.verifiedAt !== null;
  return (
    <div className="grid gap-3">
      <Notice
        title={verified ? `${own.host} is yours and is served.` : `${own.host} is not served yet.`}
        tone={verified ? "ok" : "warn"}
      >
        {verified
          ? "Links in mails lead there. Leave its record in the DNS: without it for three days, the name is served no more. Let the name point to this installation, and have a certificate for it where your TLS ends."
          : "Add this record to its DNS. It shows that the name is yours, for as long as it is there."}
      </Notice>
      {!verified && own.record && (
        <div className="grid gap-2">
          <CopyLine label="Name of the TXT record" text={own.record.name} />
          <CopyLine label="Value" text={own.record.value} />
        </div>
      )}
      {check.data?.state === "missing" && (
        <p className="text-warn" role="status">
          The record is not in the DNS yet. It may take some minutes until it is seen everywhere.
        </p>
      )}
      {check.error && <ErrorState {...refusalOf(check.error)} />}
      {writes && (
        <div className="flex flex-wrap items-center gap-2">
          {!verified && (
            <Button busy={check.isPending && "Asking the DNS…"} onClick={() => check.mutate({ tenantSlug })}>
              Check the record
            </Button>
          )}
          <Button
            busy={drop.isPending && "Taking away…"}
            look="quiet"
            onClick={() => drop.mutate({ tenantSlug, host: null })}
          >
            Stop using this name
          </Button>
          {own.checkedAt && (
            <span className="text-xs text-ink-3">
              Last checked <Moment at={own.checkedAt} />
            </span>
          )}
        </div>
      )}
    </div>
  );
}
