"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { IncidentDetail, LiveCall } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { agoText } from "@/components/calls/duration-text";
import { HangUp } from "@/components/calls/hang-up";
import { mayBeEnded } from "@/components/calls/live-filter";
import { PhoneNumber } from "@/components/calls/phone-number";
import { callsOf } from "@/components/incidents/calls-of";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { useNow } from "@/components/ui/use-now";
import { t } from "@/server/kernel/words";

const SHOWN = 12;

/** The calls that its phones have now, the longest first, each with the button that ends it; nothing where there is none. */
export function IncidentCalls({ subjects }: Pick<IncidentDetail, "subjects">) {
  const { tenantSlug } = useScope();
  const wanted = subjects.some(({ kind }) => kind === "extension" || kind === "tenant");
  const query = useQuery({ ...useTRPC().calls.live.queryOptions({ tenantSlug }), enabled: wanted });
  const calls = callsOf(query.data?.items ?? [], subjects);
  if (!query.data || calls.length === 0) return null;
  return (
    <Section aside={<span className="figures text-xs text-ink-3">{calls.length}</span>} title={t("Calls that go on")}>
      <ul className="grid">
        {calls.slice(0, SHOWN).map((call) => (
          <OneCall call={call} key={call.id} serverNow={query.data.serverNow} />
        ))}
      </ul>
      {calls.length > SHOWN && (
        <p className="text-xs text-ink-3">
          {t("and {n, plural, one {# more} other {# more}}", { n: calls.length - SHOWN })}
        </p>
      )}
    </Section>
  );
}

function OneCall({ call, serverNow }: Readonly<{ call: LiveCall; serverNow: Date }>) {
  const { can } = useScope();
  const now = useNow(serverNow);
  const { from, toFormatted, tenantName, startedAt, heldMicros, currency } = call;
  return (
    <li className="flex min-h-9 items-center justify-between gap-4 border-b py-1">
      <span className="grid min-w-0">
        <span className="truncate">
          {tenantName}, {from.extensionNumber} → <PhoneNumber formatted={toFormatted} />
        </span>
        <span className="figures text-xs text-ink-2">
          {agoText(now.getTime() - startedAt.getTime())}
          {" · "}
          <Money currency={currency} micros={heldMicros} />
        </span>
      </span>
      {can("calls.hang_up") && mayBeEnded(call) && <HangUp callId={call.id} to={toFormatted} />}
    </li>
  );
}
