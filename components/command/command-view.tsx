"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { CommandFigures } from "@/components/command/command-figures";
import { commandSentence } from "@/components/command/command-words";
import { DueIncidentsList } from "@/components/command/due-incidents-list";
import { DutiesSection } from "@/components/command/duties-section";
import { AttentionList } from "@/components/home/attention-list";
import { SpendChart } from "@/components/home/spend-chart";
import { ageText, sizeText } from "@/components/reconciliation/age-text";
import { useScope } from "@/components/shell/scope";
import { PartsTable } from "@/components/system/parts-table";
import { partsOf } from "@/components/system/system-words";
import { Section } from "@/components/ui/section";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

type Home = Outputs["home"]["get"];

/** Workers beat every five seconds, and calls move by themselves; what changes a list comes with the stream as well. */
const RECHECK_MS = 5_000;

/** The operator's first page: what happens now, what hangs on it, whether every part works, and what is due. */
export function CommandView({ home }: Readonly<{ home: Home }>) {
  const { tenantSlug, currency, can, hrefOf } = useScope();
  const trpc = useTRPC();
  const often = { refetchInterval: RECHECK_MS };
  const pulse = useQuery(trpc.reports.pulse.queryOptions({ tenantSlug }, { ...often, enabled: can("calls.read") }));
  const system = useQuery(trpc.system.get.queryOptions({ tenantSlug }, { ...often, enabled: can("system.read") }));
  const incidents = useQuery(
    trpc.incidents.due.queryOptions({ tenantSlug }, { refetchInterval: 15_000, enabled: can("incidents.read") }),
  );
  const now = useNow(system.data?.now).getTime();
  const parts = system.data && partsOf(system.data, now, { ageText, sizeText });
  return (
    <div className="grid gap-8">
      <Heading sentence={commandSentence({ parts, incidents: incidents.data, pulse: pulse.data })} />
      <CommandFigures incidents={incidents.data} pulse={pulse} system={system.data} />
      <div className="grid gap-x-16 gap-y-8 lg:grid-cols-2">
        <div className="grid content-start gap-8">
          {can("incidents.read") && (
            <Section
              aside={<More href={hrefOf("incidents")}>{t("All incidents")}</More>}
              level={2}
              title={t("Incidents by the clock")}
            >
              <QueryView query={incidents}>{(data) => <DueIncidentsList incidents={data} />}</QueryView>
            </Section>
          )}
          {home.attention.length > 0 && <AttentionList items={home.attention} />}
          <Section
            aside={<More href={hrefOf("reports")}>{t("Reports")}</More>}
            level={2}
            title={t("Charged below in 14 days")}
          >
            <SpendChart cap={null} currency={currency} days={home.days} />
          </Section>
          {can("incidents.read") && <DutiesSection />}
        </div>
        <div className="grid content-start gap-8">
          {can("system.read") && (
            <Section aside={<More href={hrefOf("system")}>{t("System")}</More>} level={2} title={t("Parts")}>
              <QueryView query={system}>{() => <PartsTable parts={parts ?? []} />}</QueryView>
            </Section>
          )}
        </div>
      </div>
    </div>
  );
}

function Heading({ sentence }: Readonly<{ sentence: string }>) {
  const { tenant } = useScope();
  return (
    <header className="grid gap-1 pt-2">
      <p className="text-ink-3">{tenant.name}</p>
      <h1 className="max-w-[48ch] text-2xl font-semibold tracking-tight text-balance">{sentence}</h1>
    </header>
  );
}

const More = ({ href, children }: Readonly<{ href: string; children: string }>) => (
  <Link className="text-accent underline-offset-2 hover:underline" href={href}>
    {children}
  </Link>
);
