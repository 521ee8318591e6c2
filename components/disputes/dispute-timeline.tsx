"use client";

import type { ReactNode } from "react";
import type { DisputeDetail } from "@/components/api/outputs";
import { eventMessage } from "@/components/disputes/dispute-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { richly } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type EventProps = Readonly<{ event: DisputeDetail["events"][number]; other: string | undefined }>;

function EventText({ event, other }: EventProps) {
  const message = eventMessage(event.kind, other === undefined);
  const who = (name: ReactNode) => <span className="font-medium text-ink">{name}</span>;
  return (
    <span className="text-ink-2">
      {message ? richly(message, { name: other ?? "", who }) : event.kind.replaceAll("_", " ")}
    </span>
  );
}

/** Who said and did what, in order. A side is a tenant: which person it was stands in that tenant's own trail. */
export function DisputeTimeline({ dispute }: Readonly<{ dispute: DisputeDetail }>) {
  const { tenant } = useScope();
  const other = dispute.side === "seller" ? dispute.buyerName : (tenant.parentName ?? t("Your provider"));
  return (
    <ol className="grid">
      {dispute.events.map((event) => (
        <li className="grid gap-1 border-b py-2" key={event.seq}>
          <p className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span>
              <EventText event={event} other={event.side === dispute.side ? undefined : other} />
            </span>
            <span className="text-ink-3">
              <Moment at={event.at} />
            </span>
          </p>
          {event.body && <p className="break-words whitespace-pre-wrap">{event.body}</p>}
        </li>
      ))}
    </ol>
  );
}
