"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import type { NewPhone } from "@/components/extensions/connect-panel";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";

const makers = [
  { value: "yealink", label: "Yealink" },
  { value: "grandstream", label: "Grandstream" },
  { value: "snom", label: "Snom" },
] as const;

const deskChecks = {
  vendor: checks.any,
  mac: checks.shape(/^([0-9A-Fa-f]{2}[\s:.-]?){6}$/, "Write the twelve digits and letters, such as 80:5E:C0:12:34:56."),
} as const;

type Added = Outputs["connect"]["addDeskPhone"];

/** A desk phone fetches its settings itself, with a name and a password that only it has. */
export function DeskPhone({ phone }: Readonly<{ phone: NewPhone }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, read, setProblems } = useFields(deskChecks);
  const add = useMutation(
    trpc.connect.addDeskPhone.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.connect.pathKey() }),
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    const maker = makers.find(({ value }) => value === values?.vendor);
    if (!values || !maker) return;
    add.mutate({
      tenantSlug,
      extensionId: phone.id,
      vendor: maker.value,
      mac: values.mac,
      secret: phone.secretOnce,
    });
  }

  if (add.data) return <HowToFetch added={add.data} onAnother={add.reset} />;
  const refusal = refusalBeside(add.error, deskChecks);
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <div className="grid grid-cols-2 gap-4">
        <Select choices={makers} defaultValue="yealink" label="Maker" name="vendor" />
        <Field
          hint="On a label below the phone."
          label="MAC address"
          maxLength={24}
          name="mac"
          placeholder="80:5E:C0:12:34:56"
          problem={problems.mac}
          spellCheck={false}
        />
      </div>
      {refusal && <ErrorState {...refusal} />}
      <div>
        <Button busy={add.isPending && "Preparing…"} look="primary" type="submit">
          Prepare settings
        </Button>
      </div>
    </form>
  );
}

const where: Readonly<Record<Added["vendor"], string>> = {
  yealink: "Settings → Auto provision",
  grandstream: "Maintenance → Upgrade and provisioning → Config (HTTPS)",
  snom: "Advanced → Update → Setting URL",
};

function HowToFetch({ added, onAnother }: Readonly<{ added: Added; onAnother: () => void }>) {
  const lines = [
    ["Server URL", added.url],
    ["User name", added.login],
    ["Password", added.passwordOnce],
  ] as const;
  return (
    <div className="grid gap-3">
      <p className="text-ink-2">
        On the phone's own page open <strong className="font-medium text-ink">{where[added.vendor]}</strong>, enter
        these and restart it. The password is shown this once.
      </p>
      <Facts
        facts={lines.map(([label, text]) => ({
          label,
          value: <code className="break-all">{text}</code>,
          end: <CopyButton label={`Copy the ${label.toLowerCase()}`} text={text} />,
        }))}
      />
      {!added.url.startsWith("https:") && (
        <Notice title="This portal has no TLS." tone="warn">
          The phone would send the password readable. Use this on your own network only, or set APP_URL to an https
          address first.
        </Notice>
      )}
      <p className="text-ink-2">
        The first fetch brings the secret, and again for ten minutes at the same address. Later ones bring the settings
        without it; the phone keeps what it has.
      </p>
      <div>
        <Button onClick={onAnother}>Add another phone</Button>
      </div>
    </div>
  );
}
