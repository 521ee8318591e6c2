"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { SecurityEventDetail } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { FactChip } from "@/components/blocks/fact-chip";
import { Severity } from "@/components/incidents/incident-badges";
import { stateWords } from "@/components/incidents/incident-words";
import { typeText } from "@/components/security-events/security-event-filter";
import { Moment } from "@/components/shell/moment";
import { portalPath } from "@/components/shell/portal-path";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Fact, Facts } from "@/components/ui/facts";
import { later } from "@/components/ui/later";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const PlaceBan = later(() => import("@/components/blocks/place-ban").then((file) => file.PlaceBan));
const OpenIncident = later(() => import("@/components/incidents/open-incident").then((file) => file.OpenIncident));

/** One event with all that the telephone system told, and what can be done about it. */
export function SecurityEventPanel({ eventId, onClose }: Readonly<{ eventId: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().securityEvents.get.queryOptions({ tenantSlug, eventId }));
  return (
    <Panel onClose={onClose} subject={eventId} title={query.data ? typeText(query.data.type) : t("Security event")}>
      <QueryView query={query}>
        {(event) => (
          <div className="grid gap-6">
            <Actions event={event} />
            <About event={event} />
            <Told detail={event.detail} />
            <Incidents event={event} />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

function Actions({ event }: Readonly<{ event: SecurityEventDetail }>) {
  const { can, tenant } = useScope();
  const [asking, setAsking] = useState<"ban" | "incident">();
  // The telephone system is the operator's, and so is who may reach it.
  if (tenant.kind !== "operator") return null;
  const close = () => setAsking(undefined);
  const what = typeText(event.type);
  const { account, address } = event;
  return (
    <div className="flex flex-wrap gap-2 empty:hidden">
      {can("bans.write") && address && <Button onClick={() => setAsking("ban")}>{t("Ban this address…")}</Button>}
      {can("incidents.write") && <Button onClick={() => setAsking("incident")}>{t("Open an incident…")}</Button>}
      {asking === "ban" && <PlaceBan network={address} onClose={close} reason={what} />}
      {asking === "incident" && (
        <OpenIncident
          known={[event.at.toISOString(), event.type, address, account].filter(Boolean).join(" · ")}
          onClose={close}
          title={address ? t("{what} from {address}", { what, address }) : what}
        />
      )}
    </div>
  );
}

function About({ event }: Readonly<{ event: SecurityEventDetail }>) {
  const { tenantSlug } = useScope();
  const { set } = useParamsState();
  const narrow = (changes: Readonly<Record<string, string>>) => () => set({ ...changes, before: undefined });
  const only = (changes: Readonly<Record<string, string>>) => (
    <Button look="quiet" onClick={narrow(changes)}>
      {t("Only these")}
    </Button>
  );
  const { tenant } = event;
  const what = typeText(event.type);
  return (
    <Facts
      facts={[
        { label: t("When"), value: <Moment at={event.at} full /> },
        { label: t("What"), value: typeText(event.type), end: only({ type: event.type }) },
        { label: t("Severity"), value: <Severity severity={event.severity} /> },
        {
          label: t("source|From"),
          value: (
            <FactChip kind="address" onOnly={narrow({ address: event.address })} reason={what} value={event.address} />
          ),
        },
        ...(event.network !== event.address && event.network
          ? [
              {
                label: t("Network"),
                value: (
                  <FactChip
                    kind="address"
                    onOnly={narrow({ address: event.network })}
                    reason={what}
                    value={event.network}
                  />
                ),
              },
            ]
          : []),
        {
          label: t("User name"),
          value: <FactChip kind="username" onOnly={narrow({ account: event.account })} value={event.account} />,
        },
        ...extensionFacts(event),
        ...(tenant.slug === tenantSlug
          ? []
          : [{ label: t("Tenant"), value: tenant.name, end: only({ tenant: tenant.slug }) }]),
        { label: t("Transport"), value: event.transport || "–" },
        { label: t("How often"), value: <span className="figures">{event.count}</span> },
      ]}
    />
  );
}

function extensionFacts({ extension, tenant }: SecurityEventDetail): readonly Fact[] {
  if (!extension) return [];
  const href = portalPath(`/${tenant.slug}/extensions?open=${extension.id}`);
  const value = (
    <Link className="underline" href={href} prefetch={false}>
      {extension.number} {extension.name}
    </Link>
  );
  return [{ label: t("Extension"), value }];
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function Told({ detail }: Readonly<{ detail: SecurityEventDetail["detail"] }>) {
  const told = Object.entries(detail).filter(
    ([name, value]) => name !== "severity" && name !== "count" && value !== null,
  );
  if (told.length === 0) return null;
  return (
    <Section title={t("As the telephone system told it")}>
      <Facts
        facts={told.map(([label, value]) => ({
          label,
          value: <code className="text-xs break-all">{textOf(value)}</code>,
        }))}
      />
    </Section>
  );
}

function Incidents({ event }: Readonly<{ event: SecurityEventDetail }>) {
  const { tenantSlug } = useScope();
  if (event.incidents.length === 0) return null;
  return (
    <Section title={t("Incidents about it")}>
      <ul className="grid gap-1">
        {event.incidents.map(({ id, number, title, state }) => (
          <li className="flex flex-wrap items-baseline justify-between gap-x-4" key={id}>
            <Link className="underline" href={portalPath(`/${tenantSlug}/incidents?open=${id}`)} prefetch={false}>
              {number} {title}
            </Link>
            <span className="text-ink-2">{stateWords(state).word}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
