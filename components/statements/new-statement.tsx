"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { PreviewSums } from "@/components/statements/preview-sums";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const day = checks.shape(/^\d{4}-\d{2}-\d{2}$/, msg("Choose a day."));

type Days = Readonly<{ from: string; to: string }>;

/** A statement of chosen days, with what it will say before it is issued for good. */
export function NewStatement({ onClose }: Readonly<{ onClose: () => void }>) {
  const {
    tenantSlug,
    tenant: { timeZone },
  } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [days, setDays] = useState<Days>();
  const { problems, read, setProblems } = useFields({ from: day, to: day });
  const create = useMutation(
    trpc.statements.create.mutationOptions({
      onSuccess: async ({ number, repeated }) => {
        await queries.invalidateQueries({ queryKey: trpc.statements.pathKey() });
        toast(
          repeated
            ? t("There is one of these days already: {number}.", { number })
            : t("Statement {number} is issued.", { number }),
        );
        onClose();
      },
      onError: (error) => setProblems({ to: problemsOf(error)["to"] }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = read(event.currentTarget);
    if (!values) return;
    if (values.from > values.to) return setProblems({ to: t("The last day is before the first.") });
    create.mutate({ tenantSlug, days: values });
  }

  return (
    <Dialog onClose={onClose} title={t("New statement")}>
      <form
        className="grid gap-4"
        noValidate
        onChange={(event) => setDays(daysOf(event.currentTarget))}
        onSubmit={submit}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field data-first="" label={t("First day")} name="from" problem={problems.from} type="date" />
          <Field label={t("Last day")} name="to" problem={problems.to} type="date" />
        </div>
        {days && <Preview days={days} />}
        <p className="text-ink-2">
          {t("Whole days of {timeZone} that are over. It gets the next number and cannot be changed or taken back.", {
            timeZone,
          })}
        </p>
        <FormEnd
          busy={create.isPending && t("Issuing…")}
          onCancel={onClose}
          refusal={refusalBeside(create.error, { to: day })}
          submit={t("Issue statement")}
        />
      </form>
    </Dialog>
  );
}

/** The days of the form once both are there and in order. */
function daysOf(form: HTMLFormElement): Days | undefined {
  const data = new FormData(form);
  const [from, to] = [String(data.get("from") ?? ""), String(data.get("to") ?? "")];
  const isYear = Date.parse(to) - Date.parse(from) <= 366 * 86_400_000;
  return from !== "" && from >= "2000" && from <= to && isYear ? { from, to } : undefined;
}

function Preview({ days }: Readonly<{ days: Days }>) {
  const { tenantSlug } = useScope();
  const { data } = useQuery(
    useTRPC().statements.preview.queryOptions({ tenantSlug, days }, { placeholderData: keepPreviousData }),
  );
  if (!data) return null;
  const { number, lines: count, currency } = data;
  const said = t("{count, plural, one {One movement} other {# movements}}, in {currency}.", { count, currency });
  return (
    <div aria-live="polite" className="grid gap-2 rounded-md bg-sunken p-3">
      <PreviewSums closing={t("Closing")} preview={data} />
      <p className="text-ink-2">
        {number ? t("Statement {number} is of these days.", { number }) : said}
        {!number && !data.isOver && ` ${t("The last day is not over yet.")}`}
      </p>
    </div>
  );
}
