"use client";

import type { DisputeDetail } from "@/components/api/outputs";
import { eventText } from "@/components/disputes/dispute-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";

/** Who said and did what, in order. A side is a tenant: which person it was stands in that tenant's own trail. */
export function DisputeTimeline({ dispute }: Readonly<{ dispute: DisputeDetail }>) {
  const { tenant } = useScope();
  const other = dispute.side === "seller" ? dispute.buyerName : (tenant.parentName ?? "Your provider");
  return (
    <ol className="grid">
      {dispute.events.map((event) => (
        <li className="grid gap-1 border-b py-2" key={event.seq}>
          <p className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span>
              <span className="font-medium">{event.side === dispute.side ? "You" : other}</span>{" "}
              <span className="text-ink-2">{eventText(event.kind)}</span>
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
