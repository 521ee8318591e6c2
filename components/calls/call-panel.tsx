"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { CallDetail } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { FactChip } from "@/components/blocks/fact-chip";
import { CallLedger } from "@/components/calls/call-ledger";
import { CallOutcome } from "@/components/calls/call-outcome";
import { callSentence, sideWord } from "@/components/calls/call-sentence";
import { DecisionTrace } from "@/components/calls/decision-trace";
import { Duration } from "@/components/calls/duration";
import { fixHint, fixHref } from "@/components/calls/fix-hint";
import { PhoneNumber } from "@/components/calls/phone-number";
import { PriceReceipt } from "@/components/calls/price-receipt";
import { DisputeCharge } from "@/components/disputes/dispute-charge";
import { Moment } from "@/components/shell/moment";
import { portalPath } from "@/components/shell/portal-path";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { CopyButton } from "@/components/ui/copy-button";
import { type Fact, Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** Why it failed and why it cost what it did, in one place. */
export function CallPanel({ callId, onClose }: Readonly<{ callId: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().calls.get.queryOptions({ tenantSlug, callId }));
  return (
    <Panel onClose={onClose} subject={callId} title={query.data ? titleOf(query.data) : t("Call")}>
      <QueryView query={query}>{(call) => <CallBody call={call} />}</QueryView>
    </Panel>
  );
}

const titleOf = ({ direction, fromFormatted, toFormatted }: CallDetail): string =>
  direction === "in"
    ? t("Call from {number}", { number: fromFormatted ?? t("an unknown number") })
    : t("Call to {number}", { number: toFormatted });

function CallBody({ call }: Readonly<{ call: CallDetail }>) {
  const { currency } = call;
  const refused = call.trace.some((gate) => !gate.ok);
  const fix = (call.fix || fixHint(call.reason, null)) && <Fix call={call} />;
  const trace = (
    <Section key="trace" title={refused ? t("Why it was refused") : t("What was checked")}>
      <DecisionTrace fix={fix} trace={call.trace} />
    </Section>
  );
  const receipt = call.receipt && (
    <Section key="receipt" title={t("Why this price")}>
      <PriceReceipt
        call={{ id: call.id, to: call.toFormatted, startedAt: call.startedAt }}
        currency={currency}
        receipt={call.receipt}
      />
      {call.receipt.costMicros > 0n && call.endedAt !== null && <DisputeCharge callId={call.id} />}
    </Section>
  );
  return (
    <div className="grid gap-6">
      <div className="grid gap-2">
        <CallOutcome {...call} reasonSentence={null} />
        <p className="text-md text-ink-2">{callSentence(call)}</p>
        {!refused && fix && <div>{fix}</div>}
      </div>
      {refused ? trace : receipt}
      {refused ? receipt : trace}
      {call.ledger.length > 0 && <CallLedger currency={currency} lines={call.ledger} />}
      <Section title={t("Facts")}>
        <Facts facts={factsOf(call, currency)} />
      </Section>
    </div>
  );
}

/** The button that mends it, or the sentence where no page can. */
function Fix({ call }: Readonly<{ call: CallDetail }>) {
  const { tenant } = useScope();
  const hint = fixHint(call.reason, tenant.parentName);
  if (hint) return <p className="text-ink">{hint}</p>;
  if (!call.fix) return null;
  return (
    <Link className={buttonClass("primary")} href={fixHref(portalPath(call.fix.href), call)}>
      {call.fix.label}
    </Link>
  );
}

/** The number, with what can be done about it; a name or a code that was dialled is only said. */
function Called({ call: { toE164, toFormatted, country, direction } }: Readonly<{ call: CallDetail }>) {
  const { hrefOf } = useScope();
  const number = <PhoneNumber country={country} formatted={toFormatted} />;
  // Who was called from outside is of the house: nobody blocks that.
  if (!toE164 || direction === "in") return number;
  const href = `${hrefOf("calls")}?${new URLSearchParams({ q: `+${toE164}` })}`;
  return (
    <FactChip kind="number" links={[{ label: t("Calls"), href }]} value={toE164}>
      {number}
    </FactChip>
  );
}

function factsOf(call: CallDetail, currency: string): readonly Fact[] {
  const name = [call.from.extensionNumber, call.from.name].filter(Boolean).join(" ");
  const incoming = call.direction === "in";
  const facts: (Fact | false)[] = [
    incoming
      ? {
          label: t("From"),
          value: call.fromFormatted ? <PhoneNumber formatted={call.fromFormatted} /> : t("unknown"),
          end: call.fromNumber && <CopyButton label={t("Copy the caller's number")} text={call.fromNumber} />,
        }
      : { label: t("From"), value: name || "–" },
    {
      label: t("To"),
      value: <Called call={call} />,
      end: call.toE164 && <CopyButton label={t("Copy the number")} text={call.toE164} />,
    },
    incoming && { label: t("Rings at"), value: name || t("nowhere") },
    call.dialled !== call.toE164 && { label: t("As dialled"), value: <code>{call.dialled}</code> },
    { label: t("Started"), value: <Moment at={call.startedAt} full /> },
    call.answeredAt !== null && { label: t("Answered"), value: <Moment at={call.answeredAt} full /> },
    call.endedAt !== null && { label: t("Ended"), value: <Moment at={call.endedAt} full /> },
    call.answeredAt !== null && {
      label: t("Talk"),
      value: <Duration billedSeconds={call.billedSeconds} seconds={call.talkMs / 1_000} />,
    },
    call.heldMicros > 0n && { label: t("Reserved"), value: <Money currency={currency} micros={call.heldMicros} /> },
    call.grantedSeconds > 0 && { label: t("Allowed for"), value: <Duration seconds={call.grantedSeconds} /> },
    Boolean(call.hangupSide) && { label: t("Hung up by"), value: sideWord(call.hangupSide ?? "") },
    Boolean(call.causeCode) && { label: t("Network cause"), value: <span className="figures">{call.causeCode}</span> },
    Boolean(call.reason) && { label: t("Code"), value: <code>{call.reason}</code> },
    Boolean(call.source) && {
      label: incoming ? t("Trunk's address") : t("Phone's address"),
      value: <code>{call.source}</code>,
    },
    {
      label: t("Call ID"),
      value: <code className="text-xs">{call.id}</code>,
      end: <CopyButton label={t("Copy the call ID")} text={call.id} />,
    },
  ];
  return facts.filter((fact) => fact !== false);
}
