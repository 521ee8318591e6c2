"use client";

import type { Outputs } from "@/components/api/outputs";
import { amountProblem } from "@/components/billing/amount-input";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { checks, type Problems } from "@/components/ui/use-fields";
import { isLimitPreset, type LimitPreset, limitPresets } from "@/server/domain/onboarding/limit-preset-kinds.schema";
import { regionText } from "@/server/kernel/locale";
import { localeOf, msg, t } from "@/server/kernel/words";

type Defaults = Outputs["tenants"]["onboardDefaults"];
/** What was written so far. */
export type Written = Readonly<{
  name: string;
  /** Undefined while it follows the company's. */
  slug: string | undefined;
  email: string;
  credit: string;
  country: string;
  /** Both undefined while they follow the country's. */
  currency: string | undefined;
  timeZone: string | undefined;
  kind: "customer" | "reseller";
  limits: LimitPreset;
}>;
/** The same with the money and the clock that hold. */
export type Draft = Written & Place;
type Place = Readonly<{ currency: string; timeZone: string }>;

export const emptyDraft = ({ country }: Pick<Defaults, "country">): Written => ({
  ...{ name: "", slug: undefined, email: "", credit: "", currency: undefined, timeZone: undefined },
  ...{ country, kind: "customer", limits: "office" },
});

export function draftOf(defaults: Places, written: Written): Draft {
  const { currency, timeZone } = placeOf(defaults, written.country);
  return { ...written, currency: written.currency ?? currency, timeZone: written.timeZone ?? timeZone };
}

const slugRule = msg("Write 3 to 32 lower-case letters, digits or hyphens, beginning with a letter.");

/** The same bounds as the server's, in words. */
export const onboardChecks = {
  name: checks.filled(msg("The company is missing.")),
  slug: checks.shape(/^[a-z][a-z0-9-]{1,30}[a-z0-9]$/, slugRule),
  adminEmail: checks.shape(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, msg("Write an e-mail address such as name@company.com.")),
  planId: checks.any,
  initialCredit: checks.optional((value) => (/^0+([.,]0*)?$/.test(value) ? undefined : amountProblem(value))),
  currency: checks.filled(msg("The currency is missing.")),
  timeZone: checks.filled(msg("The time zone is missing.")),
  country: checks.filled(msg("The country is missing.")),
  kind: checks.any,
  limits: checks.any,
} as const;

export type FieldsProps = Readonly<{
  defaults: Defaults;
  problems: Problems<keyof typeof onboardChecks>;
  draft: Draft;
  onDraft: (change: Partial<Written>) => void;
}>;

/** The six things that nobody else can know; all but company and address begin filled in. */
export function OnboardFields({ defaults, problems, draft, onDraft }: FieldsProps) {
  return (
    <>
      <Field
        data-first=""
        label={t("Company")}
        maxLength={200}
        name="name"
        onChange={(event) => onDraft({ name: event.target.value })}
        problem={problems.name}
        value={draft.name}
      />
      <Field
        label={t("Admin's e-mail")}
        name="adminEmail"
        onChange={(event) => onDraft({ email: event.target.value })}
        problem={problems.adminEmail}
        type="email"
        value={draft.email}
      />
      <TermsFields defaults={defaults} draft={draft} onDraft={onDraft} problems={problems} />
    </>
  );
}

function TermsFields({ defaults, problems, draft, onDraft }: FieldsProps) {
  const plans = defaults.plans.filter((plan) => plan.currency === draft.currency);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select
        choices={[...plans.map((plan) => ({ value: plan.id, label: plan.name })), noPlan()]}
        label={t("Plan")}
        name="planId"
        problem={problems.planId}
      />
      <Field
        inputMode="decimal"
        label={t("Initial credit")}
        name="initialCredit"
        onChange={(event) => onDraft({ credit: event.target.value })}
        placeholder="0.00"
        problem={problems.initialCredit}
        unit={draft.currency}
        value={draft.credit}
      />
      <Select
        choices={countryChoices(defaults)}
        label={t("Country")}
        name="country"
        onChange={(event) => onDraft({ country: event.target.value })}
        problem={problems.country}
        value={draft.country}
      />
      <Select
        choices={presetChoices()}
        label={t("Limits")}
        name="limits"
        onChange={({ target }) => isLimitPreset(target.value) && onDraft({ limits: target.value })}
        value={draft.limits}
      />
    </div>
  );
}

type Places = Pick<Defaults, "countries" | "plans" | "currency" | "timeZone" | "country" | "paysFromWallet">;

/**
 * The clock of the country, and its money where there is a plan in it: in any other nothing can be sold yet. Who pays from a wallet
 * can give credit in its money only, so that stays; and so do both in the seller's own country.
 */
function placeOf({ countries, plans, paysFromWallet, ...own }: Places, code: string): Place {
  const usual = code === own.country ? own : (countries.find((country) => country.code === code) ?? own);
  const sold = !paysFromWallet && plans.some(({ currency }) => currency === usual.currency);
  return { timeZone: usual.timeZone, currency: sold ? usual.currency : own.currency };
}

const noPlan = () => ({ value: "", label: t("No plan yet: no calls out") });

const presetChoices = (): readonly Readonly<{ value: LimitPreset; label: string }>[] => [
  { value: "starter", label: t("Starter: {n} calls at once", { n: limitPresets.starter.maxCalls }) },
  { value: "office", label: t("Office: {n} calls at once", { n: limitPresets.office.maxCalls }) },
  { value: "call_centre", label: t("Call centre: {n} calls at once", { n: limitPresets.call_centre.maxCalls }) },
];

const countryChoices = (defaults: Defaults) =>
  defaults.countries
    .map((country) => ({ value: country.code, label: regionText(country.code) }))
    .toSorted((a, b) => a.label.localeCompare(b.label, localeOf()));
