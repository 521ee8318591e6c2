"use client";

import { useState } from "react";
import type { Outputs } from "@/components/api/outputs";
import { amountProblem } from "@/components/billing/amount-input";
import { slugOf } from "@/components/tenants/slug-of";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { checks, type Problems } from "@/components/ui/use-fields";
import { regionText } from "@/server/kernel/locale";
import { localeOf, msg, t } from "@/server/kernel/words";

type Defaults = Outputs["tenants"]["onboardDefaults"];
export type Draft = Readonly<{ name: string; email: string; credit: string; currency: string }>;

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
} as const;

type Props = Readonly<{
  defaults: Defaults;
  problems: Problems<keyof typeof onboardChecks>;
  draft: Draft;
  onDraft: (change: Partial<Draft>) => void;
}>;

/** Who the tenant is. The short name follows the company's until it is written by hand. */
export function WhoFields({ problems, draft, onDraft }: Omit<Props, "defaults">) {
  const [slug, setSlug] = useState<string>();
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
        className="font-mono"
        hint={t("In addresses and SIP user names, for ever.")}
        label={t("Short name")}
        maxLength={32}
        name="slug"
        onChange={(event) => setSlug(event.target.value)}
        problem={problems.slug}
        value={slug ?? slugOf(draft.name)}
      />
      <Field
        label={t("Admin's e-mail")}
        name="adminEmail"
        onChange={(event) => onDraft({ email: event.target.value })}
        problem={problems.adminEmail}
        type="email"
        value={draft.email}
      />
    </>
  );
}

/** What it costs and where it is; all but the credit is filled in from the tenant above. */
export function TermsFields({ defaults, problems, draft, onDraft }: Props) {
  const plans = defaults.plans.filter((plan) => plan.currency === draft.currency);
  return (
    <div className="grid grid-cols-2 gap-4">
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
      <PlaceFields defaults={defaults} problems={problems} />
      <Select
        choices={currencyChoices(defaults)}
        label={t("Currency")}
        name="currency"
        onChange={(event) => onDraft({ currency: event.target.value })}
        problem={problems.currency}
        value={draft.currency}
      />
      <Select choices={kinds()} label={t("Kind")} name="kind" problem={problems.kind} />
    </div>
  );
}

function PlaceFields({ defaults, problems }: Pick<Props, "defaults" | "problems">) {
  return (
    <>
      <Select
        choices={countryChoices(defaults)}
        defaultValue={defaults.country}
        label={t("Country")}
        name="country"
        problem={problems.country}
      />
      <Select
        choices={defaults.timeZones.map(same)}
        defaultValue={defaults.timeZone}
        label={t("Time zone")}
        name="timeZone"
        problem={problems.timeZone}
      />
    </>
  );
}

const same = (value: string) => ({ value, label: value });
const noPlan = () => ({ value: "", label: t("No plan yet: no calls out") });
const kinds = () => [
  { value: "customer", label: t("Customer") },
  { value: "reseller", label: t("Reseller, with tenants of its own") },
];

/** The currencies in use here come first; the other hundred and fifty after them. */
const currencyChoices = (defaults: Defaults) =>
  [...new Set([defaults.currency, ...defaults.plans.map((plan) => plan.currency), ...defaults.currencies])].map(same);

const countryChoices = (defaults: Defaults) =>
  defaults.countries
    .map((country) => ({ value: country.code, label: regionText(country.code) }))
    .toSorted((a, b) => a.label.localeCompare(b.label, localeOf()));
