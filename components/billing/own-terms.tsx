"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { BundleLeft } from "@/components/billing/bundle-left";
import { Money } from "@/components/billing/money";
import { useScope } from "@/components/shell/scope";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** On which terms this tenant buys, and what is left of its bundles. Nothing where there is nothing to say. */
export function OwnTerms() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const { data: terms } = useQuery(trpc.terms.get.queryOptions({ tenantSlug }));
  const { data: bundles } = useQuery(trpc.bundles.held.queryOptions({ tenantSlug }));
  const money = (micros: bigint) => <Money currency={terms?.currency ?? ""} micros={micros} />;
  const facts = terms
    ? [
        terms.creditLimitMicros > 0n && { label: t("Credit limit"), value: money(terms.creditLimitMicros) },
        terms.creditUsedMicros > 0n && { label: t("Credit in use"), value: money(terms.creditUsedMicros) },
        terms.creditGivenMicros > 0n && { label: t("Credit given on"), value: money(terms.creditGivenMicros) },
        terms.taxPercent !== "0" && {
          label: terms.taxName || t("Tax"),
          value: t("{percent} % on each charge", { percent: terms.taxPercent }),
        },
      ].filter((fact) => fact !== false)
    : [];
  const held = bundles?.items ?? [];
  if (facts.length === 0 && held.length === 0) return null;
  return (
    <div className="grid max-w-4xl gap-8 lg:grid-cols-2 lg:gap-16">
      {facts.length > 0 && (
        <Section level={2} title={t("Terms")}>
          <Facts facts={facts} />
        </Section>
      )}
      {held.length > 0 && (
        <Section level={2} title={t("Bundles in this period")}>
          <div className="grid gap-4">
            {held.map((bundle) => (
              <BundleLeft bundle={bundle} key={bundle.id} />
            ))}
          </div>
        </Section>
      )}
    </div>
  );
}
