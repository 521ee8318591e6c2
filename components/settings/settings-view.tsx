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

const BillingDetails = later(() =>
  import("@/components/statements/billing-details").then((file) => file.BillingDetails),
);

/** What this tenant is called, what stands on its papers, and what was settled when it was made. */
export function SettingsView() {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const settings = useQuery(trpc.settings.get.queryOptions({ tenantSlug }));
  const details = useQuery(trpc.statements.details.queryOptions({ tenantSlug }, { enabled: can("balance.read") }));
  const [open, setOpen] = useState<"name" | "details">();
  return (
    <>
      <PageHeader title="Settings" />
      <div className="grid max-w-2xl gap-8">
        <QueryView query={settings}>
          {(data) => (
            <>
              <Section
                aside={can("members.write") && <Button onClick={() => setOpen("name")}>Rename…</Button>}
                level={2}
                title="Company"
              >
                <Facts
                  facts={[
                    { label: "Name", value: data.name },
                    ...(data.provider ? [{ label: "Provider", value: data.provider }] : []),
                    { label: "With us since", value: <Moment at={data.createdAt} full /> },
                  ]}
                />
              </Section>
              {open === "name" && <RenameTenant name={data.name} onClose={() => setOpen(undefined)} />}
            </>
          )}
        </QueryView>
        {details.data && (
          <Section
            aside={can("billing.write") && <Button onClick={() => setOpen("details")}>Change…</Button>}
            level={2}
            title="On statements"
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
    <Section level={2} title="Settled for good">
      <p className="text-ink-2">
        Days of caps, statements and reports begin by this clock, and money is counted in this currency from the first
        call on. Changing them would change what was said before, so they stay.
      </p>
      <Facts
        facts={[
          { label: "Time zone", value: timeZone },
          { label: "Currency", value: currency },
          { label: "Country", value: countryName(country), end: "national numbers are dialled as there" },
          { label: "Short name", value: <code>{slug}</code>, end: "in addresses and SIP user names" },
        ]}
      />
    </Section>
  );
}

const none = <span className="text-ink-3">not given</span>;

const billingFacts = ({ address, vatId }: Readonly<{ address: string; vatId: string }>): Fact[] => [
  { label: "Address", value: address ? <span className="whitespace-pre-line">{address}</span> : none },
  { label: "VAT ID", value: vatId || none },
];
