"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { type FormEvent, useEffect } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { useLinkToken } from "@/components/sign-in/link-token";
import { passwordCheck } from "@/components/sign-in/password-check";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { checks, type Problems, useFields } from "@/components/ui/use-fields";
import { roleText } from "@/components/words/role-text";
import { msg, t } from "@/server/kernel/words";

/** A name and a password turn the one-time link into a seat. */
export function AcceptInvitation() {
  const token = useLinkToken();
  const trpc = useTRPC();
  const { mutate: open, data: invitation, error } = useMutation(trpc.invitations.open.mutationOptions());
  useEffect(() => open({ token }), [open, token]);

  if (error) return <ErrorState {...refusalOf(error)} />;
  if (!invitation) return <Skeleton className="w-full" rows={4} />;
  return <Acceptance invitation={invitation} token={token} />;
}

type AcceptedProps = Readonly<{
  invitation: Outputs["invitations"]["open"];
  seat: Outputs["invitations"]["accept"];
}>;

function Accepted({ invitation, seat }: AcceptedProps) {
  const { tenantName: tenant } = invitation;
  const { email } = seat;
  return (
    <>
      <p className="text-md text-ink-2">
        {invitation.hasPassword
          ? t("Your access to {tenant} is set up. Sign in as {email} with your password.", { tenant, email })
          : t("Your access to {tenant} is set up. Sign in as {email} with the password you have just chosen.", {
              tenant,
              email,
            })}
      </p>
      <Link className={buttonClass("primary")} href={`/sign-in?next=/t/${seat.tenantSlug}`}>
        {t("Sign in")}
      </Link>
    </>
  );
}

type Props = Readonly<{ token: string; invitation: Outputs["invitations"]["open"] }>;

function Acceptance({ token, invitation }: Props) {
  const known = invitation.hasPassword;
  const { problems, read, setProblems } = useFields(
    known
      ? { name: checks.any, password: checks.filled(msg("Your password is missing.")) }
      : { name: checks.filled(msg("Your name is missing.")), password: passwordCheck },
  );
  const accept = useMutation(
    useTRPC().invitations.accept.mutationOptions({ onError: (error) => setProblems(problemsOf(error)) }),
  );

  const refusal = refusalBeside(accept.error, { name: true, password: true });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (values) accept.mutate({ token, name: values.name, password: values.password });
  }

  if (accept.data) return <Accepted invitation={invitation} seat={accept.data} />;
  return (
    <form className="grid w-full gap-4" data-wide="" noValidate onSubmit={submit}>
      <p className="text-md text-ink-2">
        {t("{tenant} gives you a seat as {role}.", {
          tenant: invitation.tenantName,
          role: roleText(invitation.role),
        })}
      </p>
      <Field
        autoComplete="username"
        defaultValue={invitation.email}
        label={t("E-mail")}
        name="email"
        readOnly
        type="email"
      />
      {known ? <KnownPerson problem={problems.password} /> : <NewPerson problems={problems} />}
      {refusal && <ErrorState {...refusal} />}
      <Button busy={accept.isPending && t("Setting up…")} look="primary" type="submit">
        {known ? t("Take the seat") : t("Set up access")}
      </Button>
    </form>
  );
}

function KnownPerson({ problem }: Readonly<{ problem: string | undefined }>) {
  return (
    <Field
      autoComplete="current-password"
      hint={t("You have an account already: sign with its password.")}
      label={t("Password")}
      name="password"
      problem={problem}
      type="password"
    />
  );
}

function NewPerson({ problems }: Readonly<{ problems: Problems<"name" | "password"> }>) {
  return (
    <>
      <Field autoComplete="name" label={t("Your name")} maxLength={100} name="name" problem={problems.name} />
      <Field
        autoComplete="new-password"
        hint={t("At least 15 characters; several words in a row are fine. No other rules.")}
        label={t("Password")}
        name="password"
        problem={problems.password}
        type="password"
      />
    </>
  );
}
