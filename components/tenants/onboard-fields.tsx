"use client";

import { useState } from "react";

import type { Outputs } from "@/components/api/outputs";
import { amountProblem } from "@/components/billing/amount-input";
import { useScope } from "@/components/shell/scope";
import { slugOf } from "@/components/tenants/slug-of";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { checks, type Problems } from "@/components/ui/use-fields";

type Defaults = Outputs["tenants"]["onboardDefaults"];
type Draft = Readonly<{ name: string; email: string; credit: string }>;

const slugRule = "Write 3 to 32 lower-case letters, digits or hyphens, beginning with a letter.";

/** The same bounds as the server's, in words. */
export const onboardChecks = {
  name: checks.filled("The company"),
  slug: checks.shape(/^[a-z][a-z0-9-]{1,30}[a-z0-9]$/, slugRule),
  adminEmail: checks.shape(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "Write an e-mail address such as name@company.com."),
  planId: checks.any,
  initialCredit: checks.optional((value) => (/^0+([.,]0*)?$/.test(value) ? undefined : amountProblem(value))),
  currency: checks.filled("The currency"),
  timeZone: checks.filled("The time zone"),
  country: checks.filled("The country"),
  kind: checks.any,
} as const;

type Props = Readonly<{
  defaults: Defaults;
  problems: Problems<keyof typeof onboardChecks>;
  onDraft: (draft: Draft) => void;
}>;

const same = (value: string) => ({ value, label: value });

export function OnboardFields({ defaults, problems, onDraft }: Props) {
  const { tenant } = useScope();
  const [draft, setDraft] = useState<Draft>({ name: "", email: "", credit: "" });
  const [slug, setSlug] = useState<string>();
  const [currency, setCurrency] = useState(tenant.currency);
  const plans = defaults.plans.filter((plan) => plan.currency === currency);
  const change = (next: Partial<Draft>) => {
    const merged = { ...draft, ...next };
    setDraft(merged);
    onDraft(merged);
  };
  return (
    <div className="grid content-start gap-4">
      <Field
        data-first=""
        label="Company"
        maxLength={200}
        name="name"
        onChange={(event) => change({ name: event.target.value })}
        problem={problems.name}
        value={draft.name}
      />
      <Field
        className="font-mono"
        hint="In addresses and SIP user names, for ever."
        label="Short name"
        maxLength={32}
        name="slug"
        onChange={(event) => setSlug(event.target.value)}
        problem={problems.slug}
        value={slug ?? slugOf(draft.name)}
      />
      <Field
        label="Admin's e-mail"
        name="adminEmail"
        onChange={(event) => change({ email: event.target.value })}
        problem={problems.adminEmail}
        type="email"
        value={draft.email}
      />
      <div className="grid grid-cols-2 gap-4">
        <Select
          choices={[
            ...plans.map((plan) => ({ value: plan.id, label: plan.name })),
            { value: "", label: "No plan yet: no calls out" },
          ]}
          label="Plan"
          name="planId"
          problem={problems.planId}
        />
        <Field
          inputMode="decimal"
          label="Initial credit"
          name="initialCredit"
          onChange={(event) => change({ credit: event.target.value })}
          placeholder="0.00"
          problem={problems.initialCredit}
          unit={currency}
          value={draft.credit}
        />
        <Select
          choices={countryChoices(defaults)}
          defaultValue={tenant.country}
          label="Country"
          name="country"
          problem={problems.country}
        />
        <Select
          choices={defaults.timeZones.map(same)}
          defaultValue={tenant.timeZone}
          label="Time zone"
          name="timeZone"
          problem={problems.timeZone}
        />
        <Select
          choices={defaults.currencies.map(same)}
          label="Currency"
          name="currency"
          onChange={(event) => setCurrency(event.target.value)}
          problem={problems.currency}
          value={currency}
        />
        <Select
          choices={[
            { value: "customer", label: "Customer" },
            { value: "reseller", label: "Reseller, with tenants of its own" },
          ]}
          label="Kind"
          name="kind"
        />
      </div>
    </div>
  );
}

const countryChoices = (defaults: Defaults) =>
  defaults.countries
    .map((country) => ({ value: country.code, label: country.name }))
    .toSorted((a, b) => a.label.localeCompare(b.label, "en"));
