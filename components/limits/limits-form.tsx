"use client";

import { type FormEvent, useState } from "react";

import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { plainAmount, readAmount } from "@/components/billing/amount-input";
import {
  boundSentence,
  type CapName,
  type CountName,
  capNames,
  countHints,
  type FieldName,
  fieldText,
  labels,
  previewSentence,
} from "@/components/limits/limit-words";
import { type LimitSubject, usePreview } from "@/components/limits/use-preview";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { type Problems, useFields } from "@/components/ui/use-fields";
import { say, t } from "@/server/kernel/words";

type Limits = Outputs["limits"]["get"]["own"];
type Values = Partial<Record<CapName, string | null>> & Partial<Record<CountName, number | null>>;
/** What is to be changed, and what stood there when it was typed. */
export type LimitsPatch = Values & Readonly<{ seen: Values }>;

type Props = Readonly<{
  subject: LimitSubject;
  currency: string;
  limits: Limits;
  /** What somebody above allows at most. */
  above?: Limits | undefined;
  counts: readonly CountName[];
  busy: boolean;
  error: unknown;
  onSave: (patch: LimitsPatch) => void;
}>;

const capProblem = (text: string) =>
  text === "" || readAmount(text) !== undefined
    ? undefined
    : t("Write an amount such as 20 or 0.05, or leave it empty.");
const countProblem = (text: string) =>
  text === "" || /^\d{1,6}$/.test(text) ? undefined : t("Write a whole number, or leave it empty.");

/** Whether two texts of a field mean the same: 20 and 20.00 do. */
const same = (name: FieldName, a: string, b: string): boolean =>
  a === b ||
  (a !== "" &&
    b !== "" &&
    (capNames.some((cap) => cap === name) ? readAmount(a) === readAmount(b) : Number(a) === Number(b)));

const fieldNames = Object.keys(labels) as readonly FieldName[];

type Texts = Readonly<Record<FieldName, string>>;

const valuesOf = (limits: Limits): Texts => ({
  dailyCap: fieldText(limits.dailyCapMicros),
  monthlyCap: fieldText(limits.monthlyCapMicros),
  callCap: fieldText(limits.callCapMicros),
  maxPerMinute: fieldText(limits.maxPerMinuteMicros),
  maxCalls: limits.maxCalls?.toString() ?? "",
  maxCallsPerMinute: limits.maxCallsPerMinute?.toString() ?? "",
  maxCallsPerSecond: limits.maxCallsPerSecond?.toString() ?? "",
});

/** What stands in the fields, and which of them somebody else changed while they were typed in. */
function useTyped(saved: Texts) {
  const [typed, setTyped] = useState(saved);
  const [base, setBase] = useState(saved);
  const [theirs, setTheirs] = useState<readonly FieldName[]>([]);
  const moved = fieldNames.filter((name) => saved[name] !== base[name]);
  // Somebody saved meanwhile. What was not touched follows; what was typed stays, and is told.
  if (moved.length > 0) {
    const mine = moved.filter((name) => typed[name] !== base[name] && !same(name, typed[name], saved[name]));
    setBase(saved);
    setTyped((now) => ({
      ...now,
      ...Object.fromEntries(moved.filter((name) => !mine.includes(name)).map((name) => [name, saved[name]])),
    }));
    setTheirs(mine);
  }
  const type = (name: FieldName, text: string) => setTyped((now) => ({ ...now, [name]: text }));
  return { typed, type, theirs };
}

/** Caps with what each would have stopped, and counts. Only what was changed is sent, so a bound from above hinders no other field. */
export function LimitsForm({ subject, currency, limits, above, counts, busy, error, onSave }: Props) {
  const { tenantSlug, can } = useScope();
  const saved = valuesOf(limits);
  const bounds = above && valuesOf(above);
  const { typed, type, theirs } = useTyped(saved);
  const preview = usePreview(tenantSlug, subject, typed);
  const checks = { dailyCap: capProblem, monthlyCap: capProblem, callCap: capProblem, maxPerMinute: capProblem };
  const numbers = { maxCalls: countProblem, maxCallsPerMinute: countProblem, maxCallsPerSecond: countProblem };
  const form = useFields<FieldName>({ ...checks, ...numbers });
  const problems: Problems<FieldName> = { ...problemsOf(error), ...form.problems };
  const refusal = refusalBeside(error, saved);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) onSave(patchOf(saved, values, counts));
  }

  const field = (name: FieldName, hint: string, unit?: string) => (
    <Field
      disabled={!can("billing.write")}
      hint={bounds?.[name] ? `${boundSentence(unit ? `${bounds[name]} ${unit}` : bounds[name])} ${hint}` : hint}
      inputMode={unit ? "decimal" : "numeric"}
      key={name}
      label={say(labels[name])}
      name={name}
      onChange={(event) => type(name, event.target.value)}
      placeholder={unit || subject.ofTenantSlug || name === "maxCallsPerSecond" ? t("No limit") : t("Standard")}
      problem={problems[name]}
      value={typed[name]}
      {...(unit ? { unit } : {})}
    />
  );

  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        {capNames.map((name) => {
          const hint = preview && previewSentence(name, preview.stopped[name], preview.most[name], currency);
          return field(name, hint ?? "", currency);
        })}
        {counts.map((name) => field(name, say(countHints[name])))}
      </div>
      {theirs.length > 0 && <ChangedMeanwhile names={theirs} saved={saved} typed={typed} />}
      {refusal && <ErrorState {...refusal} />}
      {can("billing.write") && (
        <div>
          <Button busy={busy && t("Saving…")} look="primary" type="submit">
            {t("Save limits")}
          </Button>
        </div>
      )}
    </form>
  );
}

type Meanwhile = Readonly<{ names: readonly FieldName[]; saved: Texts; typed: Texts }>;

function ChangedMeanwhile({ names, saved, typed }: Meanwhile) {
  return (
    <Notice live title={t("Somebody else changed this while you typed")} tone="warn">
      {names
        .map((name) =>
          t("{field}: {saved} now, {typed} typed.", {
            field: say(labels[name]),
            saved: saved[name] || t("no limit"),
            typed: typed[name] || t("no limit"),
          }),
        )
        .join(" ")}{" "}
      {t("Saving puts yours in place of theirs.")}
    </Notice>
  );
}

function patchOf(saved: Texts, values: Texts, counts: readonly CountName[]): LimitsPatch {
  const patch: Values = {};
  const seen: Values = {};
  for (const name of capNames) {
    if (values[name] !== saved[name]) patch[name] = values[name] === "" ? null : plainAmount(values[name]);
    seen[name] = saved[name] === "" ? null : plainAmount(saved[name]);
  }
  for (const name of counts) {
    if (values[name] !== saved[name]) patch[name] = values[name] === "" ? null : Number(values[name]);
    seen[name] = saved[name] === "" ? null : Number(saved[name]);
  }
  return { ...patch, seen };
}
