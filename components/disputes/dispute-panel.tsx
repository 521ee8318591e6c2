"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import type { DisputeDetail } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { PhoneNumber } from "@/components/calls/phone-number";
import { PriceReceipt } from "@/components/calls/price-receipt";
import { DecideDispute } from "@/components/disputes/decide-dispute";
import { DisputeEvidence } from "@/components/disputes/dispute-evidence";
import { DisputeState } from "@/components/disputes/dispute-state";
import { DisputeTimeline } from "@/components/disputes/dispute-timeline";
import { reasonText } from "@/components/disputes/dispute-words";
import { SayMore } from "@/components/disputes/say-more";
import { WithdrawDispute } from "@/components/disputes/withdraw-dispute";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { type Fact, Facts } from "@/components/ui/facts";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** One case: what is disputed, what both sides said, and the decision. */
export function DisputePanel({ disputeId, onClose }: Readonly<{ disputeId: string; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().disputes.get.queryOptions({ tenantSlug, disputeId }));
  return (
    <Panel
      onClose={onClose}
      subject={disputeId}
      title={query.data ? t("Dispute {number}", { number: query.data.number }) : t("Dispute")}
    >
      <QueryView query={query}>{(dispute) => <DisputeBody dispute={dispute} />}</QueryView>
    </Panel>
  );
}

function DisputeBody({ dispute }: Readonly<{ dispute: DisputeDetail }>) {
  const { can } = useScope();
  const { cost, evidence, state } = dispute;
  const open = state === "open";
  return (
    <div className="grid gap-6">
      <div className="grid gap-3">
        <p className="text-md">
          <DisputeState state={state} /> <span className="text-ink-2">· {reasonText(dispute.reason)}</span>
        </p>
        {open && dispute.side === "seller" && can("billing.write") && <Decisions dispute={dispute} />}
        {open && dispute.side === "buyer" && can("disputes.write") && (
          <div>
            <WithdrawDispute disputeId={dispute.id} number={dispute.number} />
          </div>
        )}
      </div>
      <Facts facts={factsOf(dispute)} />
      <Section title={t("What was said")}>
        <DisputeTimeline dispute={dispute} />
        {open && can("disputes.write") && <SayMore disputeId={dispute.id} />}
      </Section>
      <DisputeEvidence currency={dispute.currency} evidence={evidence} own={dispute.side === "buyer"} />
      {cost && (
        <Section title={t("What you pay for this call")}>
          <PriceReceipt
            call={{ id: dispute.callId, to: evidence.call.to, startedAt: new Date(evidence.call.startedAt) }}
            currency={cost.currency}
            receipt={cost.receipt}
          />
        </Section>
      )}
    </div>
  );
}

function Decisions({ dispute }: Readonly<{ dispute: DisputeDetail }>) {
  const [deciding, setDeciding] = useState<"full" | "part" | "reject">();
  return (
    <div className="flex flex-wrap gap-2">
      {dispute.leftMicros > 0n && (
        <>
          <Button look="primary" onClick={() => setDeciding("full")}>
            {t("Credit in full…")}
          </Button>
          <Button onClick={() => setDeciding("part")}>{t("Credit a part…")}</Button>
        </>
      )}
      <Button onClick={() => setDeciding("reject")}>{t("Reject…")}</Button>
      {deciding && <DecideDispute dispute={dispute} onClose={() => setDeciding(undefined)} way={deciding} />}
    </div>
  );
}

function factsOf(dispute: DisputeDetail): readonly Fact[] {
  const { currency, evidence } = dispute;
  const money = (micros: bigint) => <Money currency={currency} micros={micros} />;
  const facts: (Fact | false)[] = [
    dispute.side === "seller" && { label: t("Customer"), value: dispute.buyerName },
    {
      label: t("Call to"),
      value: <PhoneNumber formatted={evidence.call.to} />,
      end: <CallLink callId={dispute.callId} />,
    },
    { label: t("Charged"), value: money(dispute.chargedMicros) },
    dispute.creditedMicros > 0n && { label: t("Credited"), value: money(dispute.creditedMicros) },
    dispute.leftMicros !== dispute.chargedMicros && { label: t("Comes to now"), value: money(dispute.leftMicros) },
    { label: t("Opened"), value: <Moment at={dispute.openedAt} full /> },
    dispute.decidedAt !== null && { label: t("Closed"), value: <Moment at={dispute.decidedAt} full /> },
    dispute.correctionId !== null && {
      label: t("In the ledger"),
      value: <code className="text-xs">{dispute.correctionId}</code>,
    },
  ];
  return facts.filter((fact) => fact !== false);
}

function CallLink({ callId }: Readonly<{ callId: string }>) {
  const { hrefOf } = useScope();
  return (
    <Link className={buttonClass()} href={`${hrefOf("calls")}?open=${callId}`}>
      {t("Open the call")}
    </Link>
  );
}
