"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import type { ExtensionRow, Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Money } from "@/components/billing/money";
import { PhoneNumber } from "@/components/calls/phone-number";
import { AllowList } from "@/components/extensions/allow-list";
import { CallEcho } from "@/components/extensions/call-echo";
import { DeskPhones } from "@/components/extensions/desk-phones";
import { deviceText } from "@/components/extensions/device-text";
import { eventWords } from "@/components/extensions/event-words";
import { History } from "@/components/extensions/registration-history";
import { SipStatus } from "@/components/extensions/sip-status";
import { useSuspension } from "@/components/extensions/use-suspension";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { CopyButton } from "@/components/ui/copy-button";
import { type Fact, Facts } from "@/components/ui/facts";
import { later } from "@/components/ui/later";
import { Notice } from "@/components/ui/notice";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

const EditExtension = later(() => import("@/components/extensions/edit-extension").then((file) => file.EditExtension));
const RotateSecret = later(() => import("@/components/extensions/rotate-secret").then((file) => file.RotateSecret));
const DeleteExtension = later(() =>
  import("@/components/extensions/delete-extension").then((file) => file.DeleteExtension),
);

type Props = Readonly<{ extensionId: string; sip: Outputs["extensions"]["list"]["sip"]; onClose: () => void }>;

/** One extension: its phone, its limits, what its phone did, and what can be done to it. */
export function ExtensionPanel({ extensionId, sip, onClose }: Props) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().extensions.get.queryOptions({ tenantSlug, extensionId }));
  const title = query.data ? `${query.data.number} ${query.data.displayName}` : t("Extension");
  return (
    <Panel onClose={onClose} subject={extensionId} title={title}>
      <QueryView query={query}>
        {(extension) => (
          <div className="grid gap-6">
            <SipStatus extension={extension} />
            {extension.stoppedAt && <Stopped at={extension.stoppedAt} />}
            <Actions extension={extension} />
            <Section title={t("Phone")}>
              <Facts facts={phoneFacts(extension, sip)} />
            </Section>
            <Section title={t("Limits")}>
              <Facts facts={limitFacts(extension)} />
            </Section>
            <DeskPhones extension={extension} />
            <AllowList extension={extension} />
            <History history={extension.history} />
            <Events events={extension.events} />
            <Ending extension={extension} onGone={onClose} />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

/** Said to the customer, who may have been told nothing else yet. */
function Stopped({ at }: Readonly<{ at: Date }>) {
  return (
    <Notice code="INC-01" title={t("Calls are stopped by an incident")} tone="bad">
      {rich(
        "Since {at}. Emergency numbers can be dialled, unless the secret was replaced: then the phone reaches nobody until it has a new one, so rotate it. Your provider lets calls through again.",
        { at: <Moment at={at} full /> },
      )}
    </Notice>
  );
}

function Actions({ extension }: Readonly<{ extension: ExtensionRow }>) {
  const { can, hrefOf } = useScope();
  const { suspend, resume, busy } = useSuspension();
  const [dialog, setDialog] = useState<"edit" | "rotate">();
  const close = () => setDialog(undefined);
  // The secret was shown once; where no phone ever used it, a new one is the way to connect.
  const waits = extension.state === "active" && !extension.registration && !extension.lastSeenAt;
  const calls = (
    <Link className={buttonClass()} href={`${hrefOf("calls")}?scope=own&extension=${extension.id}`}>
      {t("Show calls")}
    </Link>
  );
  if (!can("extensions.write")) return <div>{calls}</div>;
  return (
    <div className="flex flex-wrap gap-2">
      {extension.state === "active" ? (
        <Button
          busy={busy && t("Suspending…")}
          data-shortcut="s"
          data-verb="suspend"
          onClick={() => suspend(extension)}
        >
          {t("Suspend extension")}
        </Button>
      ) : (
        <Button
          busy={busy && t("Resuming…")}
          data-shortcut="s"
          data-verb="resume"
          look="primary"
          onClick={() => resume(extension)}
        >
          {t("Resume extension")}
        </Button>
      )}
      <Button
        data-shortcut="r"
        data-verb="connect rotate"
        look={waits ? "primary" : "plain"}
        onClick={() => setDialog("rotate")}
      >
        {waits ? t("Connect a phone…") : t("Rotate secret…")}
      </Button>
      {extension.state === "active" && extension.registration && <CallEcho extensionId={extension.id} />}
      <Button data-verb="edit" onClick={() => setDialog("edit")}>
        {t("Edit…")}
      </Button>
      {calls}
      {dialog === "edit" && <EditExtension extension={extension} onClose={close} />}
      {dialog === "rotate" && <RotateSecret extension={extension} onClose={close} />}
    </div>
  );
}

/** The one-way act stands last, apart from the others. */
function Ending({ extension, onGone }: Readonly<{ extension: ExtensionRow; onGone: () => void }>) {
  const { can } = useScope();
  const [asking, setAsking] = useState(false);
  if (!can("extensions.write")) return null;
  return (
    <div>
      <Button className="-ms-3" data-verb="delete" look="warning" onClick={() => setAsking(true)}>
        {t("Delete extension…")}
      </Button>
      {asking && <DeleteExtension extension={extension} onClose={() => setAsking(false)} onDeleted={onGone} />}
    </div>
  );
}

function phoneFacts(extension: ExtensionRow, sip: Props["sip"]): readonly Fact[] {
  const phone = extension.registration;
  const facts: (Fact | false)[] = [
    phone !== null && {
      label: t("Device"),
      value: <span title={phone.userAgent ?? undefined}>{deviceText(phone.userAgent)}</span>,
    },
    phone !== null && { label: t("Address"), value: <code>{phone.address}</code> },
    phone !== null && { label: t("Registered since"), value: <Moment at={phone.since} full /> },
    phone === null &&
      extension.lastSeenAt !== null && { label: t("Last seen"), value: <Moment at={extension.lastSeenAt} full /> },
    { label: t("Server"), value: <code>{`${sip.domain}:${sip.port} ${sip.transport.toUpperCase()}`}</code> },
    {
      label: t("User name"),
      value: <code>{extension.sipUsername}</code>,
      end: <CopyButton label={t("Copy the user name")} text={extension.sipUsername} />,
    },
    {
      label: t("Secret"),
      value: (
        <span className="text-ink-2">
          {rich("Set {at}; shown only when made", { at: <Moment at={extension.secretCreatedAt} /> })}
        </span>
      ),
    },
  ];
  return facts.filter((fact) => fact !== false);
}

function limitFacts(extension: ExtensionRow): readonly Fact[] {
  return [
    {
      label: t("Caller ID"),
      value: extension.callerId ? (
        <PhoneNumber formatted={`+${extension.callerId}`} />
      ) : (
        <span className="text-ink-3">{t("The tenant's own")}</span>
      ),
    },
    { label: t("Calls at once"), value: <span className="figures">{extension.maxCalls}</span> },
    { label: t("Daily cap"), value: <Cap extension={extension} /> },
    { label: t("Calls today"), value: <span className="figures">{extension.callsToday}</span> },
  ];
}

function Cap({ extension }: Readonly<{ extension: ExtensionRow }>) {
  const { currency } = useScope();
  const spent = <Money currency={currency} micros={extension.costTodayMicros} />;
  if (extension.dailyCapMicros === null)
    return <span className="text-ink-2">{rich("None; {spent} spent today", { spent })}</span>;
  return (
    <span>
      {rich("{spent} of {cap} spent today", {
        spent,
        cap: <Money currency={currency} micros={extension.dailyCapMicros} />,
      })}
    </span>
  );
}

function Events({ events }: Readonly<{ events: Outputs["extensions"]["get"]["events"] }>) {
  if (events.length === 0) return null;
  return (
    <Section title={t("Security events")}>
      <ol className="grid">
        {events.map((event) => (
          <li className="flex min-h-8 items-center gap-3 border-b" key={`${event.at.getTime()}-${event.type}`}>
            <span className="min-w-0 flex-1">{eventWords(event.type)}</span>
            {event.address && <code className="text-xs text-ink-2">{event.address}</code>}
            <Moment at={event.at} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
