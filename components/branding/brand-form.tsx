"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ChangeEvent, FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, type Problems, useFields } from "@/components/ui/use-fields";
import { readHex } from "@/server/kernel/brand-colour";
import { HOUSE_COLOUR } from "@/server/kernel/mail-html";
import { msg, t } from "@/server/kernel/words";

export type BrandDraft = Readonly<{ name: string; colour: string; senderName: string; replyTo: string }>;

const fields = {
  name: checks.filled(msg("A name is missing.")),
  colour: checks.optional((value) => (readHex(value) ? undefined : t("Write a colour such as #2B55D3."))),
  senderName: checks.optional((value) =>
    /[@,;:<>"\\]/.test(value) ? t("A sender's name has none of @ , ; : < > \" \\.") : undefined,
  ),
  replyTo: checks.optional((value) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : t("Write an e-mail address such as help@company.com."),
  ),
} as const;

type Props = Readonly<{
  draft: BrandDraft;
  /** The state that the draft began with. */
  seen: string;
  onDraft: (change: Partial<BrandDraft>) => void;
}>;

/** Name, one colour, and who mail is from. */
export function BrandForm({ draft, seen, onDraft }: Props) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const router = useRouter();
  const { problems, read, setProblems } = useFields(fields);
  const save = useMutation(
    useTRPC().branding.set.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries();
        // What stands around the page is drawn by the server.
        router.refresh();
        toast(t("Branding saved. Everybody sees it with the next page they open."));
      },
      onError: (error) => setProblems(problemsOf(error)),
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    const { name, colour, senderName, replyTo } = values;
    save.mutate({
      tenantSlug,
      name,
      colour: colour || null,
      senderName: senderName || null,
      replyTo: replyTo || null,
      seen,
    });
  }
  const typed: Typed = (name) => (event) => onDraft({ [name]: event.target.value });
  const shared = { draft, problems, typed };
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <LookFields {...shared} />
      <MailFields {...shared} />
      <FormEnd
        busy={save.isPending && t("Saving…")}
        refusal={refusalBeside(save.error, fields)}
        submit={t("Save branding")}
      />
    </form>
  );
}

type Typed = (name: keyof BrandDraft) => (event: ChangeEvent<HTMLInputElement>) => void;
type FieldsProps = Readonly<{ draft: BrandDraft; problems: Problems<keyof typeof fields>; typed: Typed }>;

function LookFields({ draft, problems, typed }: FieldsProps) {
  return (
    <>
      <Field
        hint={t("On the sign-in page, above the pages, in the name of the browser's tab and below mails.")}
        label={t("Name")}
        maxLength={60}
        name="name"
        onChange={typed("name")}
        problem={problems.name}
        value={draft.name}
      />
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2">
        <Field
          className="font-mono"
          label={t("Colour")}
          maxLength={9}
          name="colour"
          onChange={typed("colour")}
          placeholder="#2B55D3"
          problem={problems.colour}
          required={false}
          value={draft.colour}
        />
        <input
          aria-label={t("Pick the colour")}
          className="h-8 w-12 rounded-md border border-outline bg-surface p-0.5 pointer-coarse:h-11"
          onChange={typed("colour")}
          type="color"
          value={readHex(draft.colour) ?? HOUSE_COLOUR}
        />
      </div>
    </>
  );
}

function MailFields({ draft, problems, typed }: FieldsProps) {
  return (
    <>
      <Field
        hint={t("Mail comes in this name; its address stays that of this house, which may send it.")}
        label={t("Sender of mail")}
        maxLength={60}
        name="senderName"
        onChange={typed("senderName")}
        placeholder={draft.name}
        problem={problems.senderName}
        required={false}
        value={draft.senderName}
      />
      <Field
        hint={t("Where answers to mail go.")}
        label={t("Answers to")}
        name="replyTo"
        onChange={typed("replyTo")}
        placeholder={t("help@company.com")}
        problem={problems.replyTo}
        required={false}
        type="email"
        value={draft.replyTo}
      />
    </>
  );
}
