"use client";

import { useEffect, useRef } from "react";

import type { Outputs } from "@/components/api/outputs";
import type { FieldsProps } from "@/components/tenants/onboard-fields";
import { slugOf } from "@/components/tenants/slug-of";
import { Button } from "@/components/ui/button";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

/** What follows from company and country, told before it is made; whoever knows better writes it by hand. */
export function OnboardDetails({
  open,
  onOpen,
  ...props
}: FieldsProps & Readonly<{ open: boolean; onOpen: () => void }>) {
  const { draft } = props;
  const slug = shortName(draft);
  if (open) return <DetailFields {...props} slug={slug} />;
  return (
    <Section
      aside={
        <Button look="quiet" onClick={onOpen}>
          {t("Change…")}
        </Button>
      }
      title={t("Filled in for you")}
    >
      <Facts
        facts={[
          { label: t("Short name"), value: slug ? <code>{slug}</code> : "–", end: t("in addresses, for ever") },
          { label: t("Kind"), value: kindText(draft.kind) },
          { label: t("Time zone"), value: draft.timeZone },
          { label: t("Currency"), value: draft.currency },
        ]}
      />
      {Object.entries({ slug, kind: draft.kind, timeZone: draft.timeZone, currency: draft.currency }).map(
        ([name, value]) => (
          <input key={name} name={name} type="hidden" value={value} />
        ),
      )}
    </Section>
  );
}

function DetailFields({ defaults, problems, draft, onDraft, slug }: FieldsProps & Readonly<{ slug: string }>) {
  const all = useRef<HTMLDivElement>(null);
  // The button that was pressed, here or at the end of the form, asked for these.
  useEffect(() => all.current?.querySelector("input")?.focus(), []);
  return (
    <div className="grid gap-4 sm:grid-cols-2" ref={all}>
      <Field
        className="font-mono"
        hint={t("In addresses and SIP user names, for ever.")}
        label={t("Short name")}
        maxLength={32}
        name="slug"
        onChange={(event) => onDraft({ slug: event.target.value })}
        problem={problems.slug}
        value={slug}
      />
      <Select
        choices={(["customer", "reseller"] as const).map((value) => ({ value, label: kindText(value) }))}
        label={t("Kind")}
        name="kind"
        onChange={({ target }) => onDraft({ kind: target.value === "reseller" ? "reseller" : "customer" })}
        problem={problems.kind}
        value={draft.kind}
      />
      <Select
        choices={defaults.timeZones.map(same)}
        label={t("Time zone")}
        name="timeZone"
        onChange={({ target }) => onDraft({ timeZone: target.value })}
        problem={problems.timeZone}
        value={draft.timeZone}
      />
      <Select
        choices={currencyChoices(defaults)}
        label={t("Currency")}
        name="currency"
        onChange={({ target }) => onDraft({ currency: target.value })}
        problem={problems.currency}
        value={draft.currency}
      />
    </div>
  );
}

/** It follows the company's until it is written by hand. */
export const shortName = ({ slug, name }: Pick<FieldsProps["draft"], "slug" | "name">): string => slug ?? slugOf(name);

const kindText = (kind: "customer" | "reseller"): string =>
  kind === "customer" ? t("Customer") : t("Reseller, with tenants of its own");

const same = (value: string) => ({ value, label: value });

/** The currencies in use here come first; the other hundred and fifty after them. */
const currencyChoices = (defaults: Outputs["tenants"]["onboardDefaults"]) =>
  [...new Set([defaults.currency, ...defaults.plans.map((plan) => plan.currency), ...defaults.currencies])].map(same);
