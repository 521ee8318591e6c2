"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { RenameTenant } from "@/components/settings/rename-tenant";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { countryName } from "@/components/ui/country-name";
import { type Fact, Facts } from "@/components/ui/facts";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { languages } from "@/server/kernel/languages";
import { t } from "@/server/kernel/words";

const TenantLanguage = later(() => import("@/components/settings/tenant-language").then((file) => file.TenantLanguage));
const BillingDetails = later(() =>
  import("@/components/statements/billing-details").then((file) => file.BillingDetails),
);

/** What this tenant is called, what stands on its papers, and what was settled when it was made. */
export function SettingsView() {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const settings = useQuery(trpc.settings.get.queryOptions({ tenantSlug }));
  const details = useQuery(trpc.statements.details.queryOptions({ tenantSlug }, { enabled: can("balance.read") }));
  const [open, setOpen] = useState<"name" | "language" | "details">();
  return (
    <>
      <PageHeader title={t("Settings")} />
      <div className="grid max-w-2xl gap-8">
        <QueryView query={settings}>
          {(data) => (
            <>
              <Section
                aside={
                  can("members.write") && (
                    <span className="flex gap-2">
                      <Button onClick={() => setOpen("language")}>{t("Change language…")}</Button>
                      <Button onClick={() => setOpen("name")}>{t("Rename…")}</Button>
                    </span>
                  )
                }
                level={2}
                title={t("Company")}
              >
                <Facts
                  facts={[
                    { label: t("Name"), value: data.name },
                    ...(data.provider ? [{ label: t("Provider"), value: data.provider }] : []),
                    {
                      label: t("Language"),
                      value: languages[data.language],
                      end: t("for everybody who chose none themselves"),
                    },
                    { label: t("With us since"), value: <Moment at={data.createdAt} full /> },
                  ]}
                />
              </Section>
              {open === "name" && <RenameTenant name={data.name} onClose={() => setOpen(undefined)} />}
              {open === "language" && <TenantLanguage language={data.language} onClose={() => setOpen(undefined)} />}
            </>
          )}
        </QueryView>
        {details.data && (
          <Section
            aside={can("billing.write") && <Button onClick={() => setOpen("details")}>{t("Change…")}</Button>}
            level={2}
            title={t("On statements")}
          >
            <Facts facts={billingFacts(details.data)} />
          </Section>
        )}
        <QueryView query={settings}>{(data) => <Settled settings={data} />}</QueryView>
      </div>
      {open === "details" && <BillingDetails onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Settled({ settings }: Readonly<{ settings: Outputs["settings"]["get"] }>) {
  const { timeZone, currency, country, slug } = settings;
  return (
    <Section level={2} title={t("Settled for good")}>
      <p className="text-ink-2">
        {t(
          "Days of caps, statements and reports begin by this clock, and money is counted in this currency from the first call on. Changing them would change what was said before, so they stay.",
        )}
      </p>
      <Facts
        facts={[
          { label: t("Time zone"), value: timeZone },
          { label: t("Currency"), value: currency },
          { label: t("Country"), value: countryName(country), end: t("national numbers are dialled as there") },
          { label: t("Short name"), value: <code>{slug}</code>, end: t("in addresses and SIP user names") },
        ]}
      />
    </Section>
  );
}

const none = () => <span className="text-ink-3">{t("not given")}</span>;

const billingFacts = ({ address, vatId }: Readonly<{ address: string; vatId: string }>): Fact[] => [
  { label: t("Address"), value: address ? <span className="whitespace-pre-line">{address}</span> : none() },
  { label: t("VAT ID"), value: vatId || none() },
];
