"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { factActs } from "@/components/blocks/fact-acts";
import { beginOf, ruleHref } from "@/components/rules/rule-begin";
import { slotsOf } from "@/components/security-events/event-bars";
import { facetText, leaveOutToo } from "@/components/security-events/security-event-filter";
import { Moment } from "@/components/shell/moment";
import { portalPath } from "@/components/shell/portal-path";
import { useScope } from "@/components/shell/scope";
import { ActMenu } from "@/components/ui/act-menu";
import { dayText, timeText } from "@/components/ui/clock-text";
import { later } from "@/components/ui/later";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import { securityEventFacets } from "@/server/domain/security-events/security-event-kinds.schema";
import { numberText } from "@/server/kernel/locale";
import { msg, say, t } from "@/server/kernel/words";

const PlaceBan = later(() => import("@/components/blocks/place-ban").then((file) => file.PlaceBan));

type Set = (changes: Readonly<Record<string, string | undefined>>) => void;
type Counts = Outputs["securityEvents"]["counts"];
type Count = Counts["counts"][number];

const titles = {
  type: msg("What"),
  account: msg("User name"),
  address: msg("Network"),
  transport: msg("Transport"),
  tenant: msg("Tenant"),
} as const;

/** When the events of the filter came and what they are; each count narrows the list, or is left out of it. */
export function EventCounts({ filter, set }: Readonly<{ filter: SecurityEventFilter; set: Set }>) {
  const { tenantSlug, tenant } = useScope();
  const query = useQuery(
    useTRPC().securityEvents.counts.queryOptions(
      { tenantSlug, ...filter },
      { placeholderData: keepPreviousData, staleTime: 30_000, refetchInterval: 60_000 },
    ),
  );
  return (
    <QueryView query={query}>
      {(data) => {
        if (data.events === 0) return null;
        const facets = securityEventFacets.filter((facet) => facet !== "tenant" || tenant.kind !== "customer");
        return (
          <div className="mb-4 grid gap-4">
            <Told data={data} />
            <Bars bars={data.bars} set={set} />
            <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-5">
              {facets.map((facet) => (
                <Facet
                  counts={data.counts.filter((one) => one.facet === facet)}
                  filter={filter}
                  key={facet}
                  set={set}
                  title={say(titles[facet])}
                />
              ))}
            </div>
          </div>
        );
      }}
    </QueryView>
  );
}

function Told({ data: { events, since } }: Readonly<{ data: Counts }>) {
  const { tenantSlug, tenant, can } = useScope();
  const many = t("{n, plural, one {# event} other {# events}}", { n: events });
  return (
    <p className="flex flex-wrap justify-between gap-x-4 text-ink-2">
      <span>
        {since ? rich("{many} since {since}, the newest", { many, since: <Moment at={since} full /> }) : many}
      </span>
      {tenant.kind === "operator" && can("rules.read") && (
        <Link className="underline" href={portalPath(`/${tenantSlug}/rules?open=sip_failure.network`)} prefetch={false}>
          {t("Rule about failed sign-ins")}
        </Link>
      )}
    </p>
  );
}

function Bars({ bars, set }: Readonly<{ bars: Counts["bars"]; set: Set }>) {
  const { timeZone } = useScope();
  const slots = slotsOf(bars);
  const most = Math.max(...slots.map(({ events }) => events));
  const clock = (at: Date) => `${dayText(at, timeZone)} ${timeText(at, timeZone)}`;
  return (
    <ol aria-label={t("When they came")} className="flex h-16 items-end gap-px border-b">
      {slots.map(({ from, until, events }) => (
        <li className="flex h-full min-w-0 flex-1 items-end" key={from.getTime()}>
          {events > 0 && (
            <button
              aria-label={t("{from} to {until}: {n, plural, one {# event} other {# events}}", {
                from: clock(from),
                until: clock(until),
                n: events,
              })}
              className="flex h-full w-full items-end hover:bg-sunken"
              onClick={() => set({ since: from.toISOString(), until: until.toISOString(), before: undefined })}
              title={`${clock(from)} – ${clock(until)}: ${numberText(events)}`}
              type="button"
            >
              <span className="w-full bg-accent" style={{ height: `${Math.max(4, (100 * events) / most)}%` }} />
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

type FacetProps = Readonly<{ title: string; counts: readonly Count[]; filter: SecurityEventFilter; set: Set }>;

function Facet({ title, counts, filter, set }: FacetProps) {
  if (counts.length === 0) return null;
  return (
    <Section level={2} title={title}>
      <ul className="grid">
        {counts.map((count) => (
          <li className="flex items-baseline justify-between gap-2 border-b" key={count.value}>
            <FacetMenu count={count} filter={filter} set={set} />
            <span className="figures text-ink-2">{numberText(count.events)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function FacetMenu({ count, filter, set }: Readonly<{ count: Count; filter: SecurityEventFilter; set: Set }>) {
  const scope = useScope();
  const [banning, setBanning] = useState(false);
  const { facet, value } = count;
  const said = facetText(facet, count.name ?? value);
  const begin =
    scope.tenant.kind === "operator" && scope.can("rules.write") ? beginOf(facet, count, filter) : undefined;
  const mayBan = facet === "address" && factActs("address", value, scope).includes("ban");
  return (
    <>
      <ActMenu
        items={[
          { label: t("Only these"), onPress: () => set({ [facet]: value, before: undefined }) },
          { label: t("Leave these out"), onPress: () => set(leaveOutToo(filter, facet, value)) },
          mayBan && { label: t("Ban this network…"), onPress: () => setBanning(true) },
          begin && { label: t("Make a rule…"), href: ruleHref(scope.tenantSlug, begin) },
        ]}
        label={t("{value}: what can be done", { value: said })}
        trigger={<bdi className="wrap-anywhere">{said}</bdi>}
        triggerClass="inline-flex min-h-6 max-w-full min-w-0 items-center text-start hover:underline"
      />
      {banning && <PlaceBan network={value} onClose={() => setBanning(false)} reason={t("Security events")} />}
    </>
  );
}
