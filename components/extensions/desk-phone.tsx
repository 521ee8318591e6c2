"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import type { NewPhone } from "@/components/extensions/new-phone";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { checks, useFields } from "@/components/ui/use-fields";
import { rich } from "@/components/words/rich";
import { msg, t } from "@/server/kernel/words";

const makers = [
  { value: "yealink", name: "Yealink" },
  { value: "grandstream", name: "Grandstream" },
  { value: "snom", name: "Snom" },
] as const;

const deskChecks = {
  vendor: checks.any,
  mac: checks.shape(
    /^([0-9A-Fa-f]{2}[\s:.-]?){6}$/,
    msg("Write the twelve digits and letters, such as 80:5E:C0:12:34:56."),
  ),
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
        <Select
          choices={makers.map(({ value, name }) => ({ value, label: name }))}
          defaultValue="yealink"
          label={t("Maker")}
          name="vendor"
        />
        <Field
          hint={t("On a label below the phone.")}
          label={t("MAC address")}
          maxLength={24}
          name="mac"
          placeholder="80:5E:C0:12:34:56"
          problem={problems.mac}
          spellCheck={false}
        />
      </div>
      {refusal && <ErrorState {...refusal} />}
      <div>
        <Button busy={add.isPending && t("Preparing…")} look="primary" type="submit">
          {t("Prepare settings")}
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
    [t("Server URL"), added.url, t("Copy the server URL")],
    [t("User name"), added.login, t("Copy the user name")],
    [t("Password"), added.passwordOnce, t("Copy the password")],
  ] as const;
  return (
    <div className="grid gap-3">
      <p className="text-ink-2">
        {rich(
          "On the phone's own page open <where>{place}</where>, enter these and restart it. The password is shown this once.",
          {
            where: (place) => (
              <strong className="font-medium text-ink">
                <bdi dir="ltr">{place}</bdi>
              </strong>
            ),
            place: where[added.vendor],
          },
        )}
      </p>
      <Facts
        facts={lines.map(([label, text, copy]) => ({
          label,
          value: <code className="break-all">{text}</code>,
          end: <CopyButton label={copy} text={text} />,
        }))}
      />
      {!added.url.startsWith("https:") && (
        <Notice title={t("This portal has no TLS.")} tone="warn">
          {t(
            "The phone would send the password readable. Use this on your own network only, or set APP_URL to an https address first.",
          )}
        </Notice>
      )}
      <p className="text-ink-2">
        {t(
          "The first fetch brings the secret, and again for ten minutes at the same address. Later ones bring the settings without it; the phone keeps what it has.",
        )}
      </p>
      <div>
        <Button onClick={onAnother}>{t("Add another phone")}</Button>
      </div>
    </div>
  );
}
