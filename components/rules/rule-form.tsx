"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";

import { useTRPC } from "@/components/api/client";
import type { RuleRow } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { plainAmount, readAmount } from "@/components/billing/amount-input";
import { RehearseRule } from "@/components/rules/rehearse-rule";
import { begun, readBegin } from "@/components/rules/rule-begin";
import { actionText, modeText, plain } from "@/components/rules/rule-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { momentText } from "@/components/ui/clock-text";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { type Check, checks, type Problems, useFields } from "@/components/ui/use-fields";
import { useParamsState } from "@/components/ui/use-params-state";
import type { RulePatch } from "@/server/domain/rules/rule.schema";
import { actionsOf, canRehearse, looksBack, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import { msg, say, t } from "@/server/kernel/words";

type Said = Omit<RulePatch, "ofTenantSlug">;
type FieldName = "mode" | "action" | "windowMinutes" | "warn" | "critical" | "until";

const KEPT = "kept";
/** Days after which a rule returns to what is inherited. */
const endings = { "1": msg("In a day"), "7": msg("In a week"), "30": msg("In 30 days") } as const;
const endChoices = ({ until }: RuleRow, zone: string) => [
  ...(until ? [{ value: KEPT, label: t("At {moment}", { moment: momentText(until, zone) }) }] : []),
  { value: "", label: t("Not by itself") },
  ...Object.entries(endings).map(([value, label]) => ({ value, label: say(label) })),
];
/** @returns undefined where nothing is changed of it. */
const endOf = (chosen: string): Date | null | undefined =>
  chosen === KEPT ? undefined : chosen === "" ? null : new Date(Date.now() + Number(chosen) * 86_400_000);

/** What is said, with its end as the trail writes it. */
const seenOf = (own: RuleRow["own"], until: Date | null) => ({ ...own, until: until?.toISOString() ?? null });

const count: Check = (value) => (/^\d{1,12}$/.test(value) ? undefined : t("A whole number, or empty to inherit."));
const amount: Check = (value) =>
  readAmount(value) === undefined ? t("An amount such as 12.50, or empty to inherit.") : undefined;

/** What one says about a rule; what is left empty is inherited. It can be tried against past calls before it is saved. */
export function RuleForm({ row, of }: Readonly<{ row: RuleRow; of: string | undefined }>) {
  const { own, save, ask, form, problems, refusal } = useRuleForm(row, of);
  const { timeZone } = useScope();
  const { inherited, money } = row;
  const standard = standardOf(row.signal, row.scope);
  const shared = { row: { ...row, own }, problems };
  const threshold = (name: "warn" | "critical", label: string) => (
    <Field
      defaultValue={own[name] === null ? "" : plain(own[name])}
      inputMode={money ? "decimal" : "numeric"}
      label={label}
      name={name}
      placeholder={plain(inherited[name])}
      problem={problems[name]}
      required={false}
      {...(money && { unit: row.currency })}
    />
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = ask();
    if (said) save.mutate(said);
  }
  return (
    <Section title={t("What you say")}>
      <form className="grid gap-4" noValidate onSubmit={submit} ref={form}>
        <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
          <Choice name="mode" of={["off", "shadow", "enforce"] as const} text={modeText} {...shared} />
          <Choice name="action" of={standard ? actionsOf(standard) : []} text={actionText} {...shared} />
          {threshold("warn", t("Warn at"))}
          {threshold("critical", t("Critical at"))}
          {standard?.openMinutes === null && (
            <Field
              defaultValue={own.windowMinutes?.toString() ?? ""}
              inputMode="numeric"
              label={t("Within")}
              name="windowMinutes"
              placeholder={String(inherited.windowMinutes)}
              problem={problems.windowMinutes}
              required={false}
              unit="min"
            />
          )}
          <Select choices={endChoices(row, timeZone)} label={t("Ends")} name="until" />
        </div>
        {own !== row.own && <p className="text-ink-2">{t("Begun with what you pressed. Nothing is saved yet.")}</p>}
        {refusal && <ErrorState {...refusal} />}
        <div className="flex flex-wrap gap-2">
          <Button busy={save.isPending && t("Saving…")} look="primary" type="submit">
            {t("Save rule")}
          </Button>
        </div>
        {standard && canRehearse(standard) && <RehearseRule ask={ask} of={of} unusual={looksBack(standard)} />}
      </form>
    </Section>
  );
}

type ChoiceProps<V extends string> = Readonly<{
  row: RuleRow;
  name: "mode" | "action";
  of: readonly V[];
  text: (value: V) => string;
  problems: Problems<"mode" | "action">;
}>;

function Choice<V extends string>({ row, name, of, text, problems }: ChoiceProps<V>) {
  return (
    <Select
      choices={[
        { value: "", label: t("Inherited: {what}", { what: text(row.inherited[name] as V) }) },
        ...of.map((value) => ({ value, label: text(value) })),
      ]}
      defaultValue={row.own[name] ?? ""}
      label={name === "mode" ? t("Mode") : t("At most")}
      name={name}
      problem={problems[name]}
    />
  );
}

function useRuleForm(row: RuleRow, of: string | undefined) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { params, set } = useParamsState();
  const begin = params.get("begin");
  const form = useRef<HTMLFormElement>(null);
  const of_ = checks.optional(row.money ? amount : count);
  const fields = useFields<FieldName>({
    mode: checks.any,
    action: checks.any,
    windowMinutes: checks.optional(count),
    warn: of_,
    critical: of_,
    until: checks.any,
  });
  const { seen, told, saved } = useSeen(seenOf(row.own, row.until));
  const saving = useMutation(
    trpc.rules.set.mutationOptions({
      onError: told,
      onSuccess: ({ own }) => {
        saved(seenOf(own, own.until));
        // What it began with is said by now, or was written over; the form shows it until the row does.
        void queries
          .invalidateQueries({ queryKey: trpc.rules.pathKey() })
          .then(() => begin !== null && set({ begin: undefined }, "replace"));
        toast(t("Rule saved. It counts from the next look on."));
      },
    }),
  );
  /** What stands in the form, checked. */
  const ask = (): Said | undefined => {
    const values = form.current && fields.read(form.current);
    if (!values) return undefined;
    const number = (text: string) => (text === "" ? null : row.money ? plainAmount(text) : text);
    return {
      signal: row.signal,
      scope: row.scope,
      mode: (values.mode || null) as Said["mode"] & (string | null),
      action: (values.action || null) as Said["action"] & (string | null),
      windowMinutes: values.windowMinutes === "" ? null : Number(values.windowMinutes),
      warn: number(values.warn),
      critical: number(values.critical),
      until: endOf(values.until),
    };
  };
  const save = {
    isPending: saving.isPending,
    mutate: (said: Said) => saving.mutate({ tenantSlug, ...(of ? { ofTenantSlug: of } : {}), ...said, seen }),
  };
  const names = { mode: "", action: "", windowMinutes: "", warn: "", critical: "", until: "" };
  return {
    own: begun(row, readBegin(begin)),
    form,
    ask,
    save,
    problems: { ...problemsOf(saving.error), ...fields.problems },
    refusal: refusalBeside(saving.error, names),
  };
}
