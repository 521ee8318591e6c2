"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { LiveCall, Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { rateDecimals } from "@/components/billing/money-text";
import { Duration } from "@/components/calls/duration";
import { outcomeWords } from "@/components/calls/outcome-words";
import { PhoneNumber } from "@/components/calls/phone-number";
import { StopsAt } from "@/components/calls/stops-at";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { type Column, DataTable } from "@/components/ui/data-table";
import { toast } from "@/components/ui/toast-store";
import { useNow } from "@/components/ui/use-now";

type Data = Outputs["calls"]["live"];

/** Counts from the server's clock, so every second on screen is a second of the call. */
export function LiveTable({ data }: Readonly<{ data: Data }>) {
  const now = useNow(data.serverNow);
  const { can, tenant } = useScope();
  const columns = columnsIn(data, now, tenant.kind !== "customer", can("calls.hang_up"));
  return <DataTable caption="Live calls" columns={columns} empty={null} rowKey={(call) => call.id} rows={data.items} />;
}

const secondsSince = (at: Date, now: Date): number => (now.getTime() - at.getTime()) / 1_000;

function State({ call }: Readonly<{ call: LiveCall }>) {
  const { word, tone } = outcomeWords(call.answeredAt ? "live" : "ringing");
  return (
    <span className={cx("inline-flex items-center gap-1.5 font-medium", tone === "ok" ? "text-ok" : "text-info")}>
      <svg aria-hidden="true" className="size-2.5" viewBox="0 0 10 10">
        {call.answeredAt ? (
          <circle cx="5" cy="5" fill="currentColor" r="4.5" />
        ) : (
          <circle cx="5" cy="5" fill="none" r="4" stroke="currentColor" strokeDasharray="3 2" strokeWidth="1.5" />
        )}
      </svg>
      {word}
    </span>
  );
}

function columnsIn(data: Data, now: Date, below: boolean, mayHangUp: boolean): readonly Column<LiveCall>[] {
  const { currency } = data;
  const columns: (Column<LiveCall> | false)[] = [
    below && {
      key: "tenant",
      header: "Tenant",
      cell: (call) => <span className="block max-w-40 truncate">{call.tenantName}</span>,
    },
    {
      key: "from",
      header: "From",
      fold: "second",
      cell: (call) => (
        <span className="flex gap-2 whitespace-nowrap">
          <span className="figures">{call.from.extensionNumber}</span>
          <span className="text-ink-2">{call.from.name}</span>
        </span>
      ),
    },
    {
      key: "to",
      header: "To",
      fold: "lead",
      cell: (call) => <PhoneNumber country={call.country} formatted={call.toFormatted} />,
    },
    { key: "state", header: "State", cell: (call) => <State call={call} /> },
    {
      key: "since",
      header: "Since",
      numeric: true,
      cell: (call) => <Duration seconds={secondsSince(call.answeredAt ?? call.startedAt, now)} />,
    },
    {
      key: "rate",
      header: `Rate a minute, ${currency}`,
      numeric: true,
      from: "lg",
      cell: (call) => (
        <Money bare currency={currency} decimals={rateDecimals(call.perMinuteMicros)} micros={call.perMinuteMicros} />
      ),
    },
    {
      key: "cost",
      header: `Cost so far, ${currency}`,
      numeric: true,
      fold: "lead-end",
      cell: (call) => (
        <Money bare className="font-medium" currency={currency} decimals={4} micros={call.costMicrosNow} />
      ),
    },
    {
      key: "stops",
      header: "Stops",
      fold: "second-end",
      grow: true,
      className: "sm:pl-6",
      cell: (call) => (
        <StopsAt because={call.stopsBecause} now={now} sentence={call.stopsBecauseSentence} until={call.grantedUntil} />
      ),
    },
    mayHangUp && {
      key: "act",
      header: "Actions",
      fold: "second-end",
      className: "max-sm:hidden",
      cell: (call) => <HangUp callId={call.id} to={call.toFormatted} />,
    },
  ];
  return columns.filter((column) => column !== false);
}

function HangUp({ callId, to }: Readonly<{ callId: string; to: string }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const hangUp = useMutation(
    trpc.calls.hangUp.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.calls.pathKey() });
        toast(`Call to ${to} ended. It is charged for the time talked.`);
      },
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  return (
    <Button
      aria-label={`Hang up the call to ${to}`}
      busy={hangUp.isPending && "Ending…"}
      className="min-h-7"
      onClick={() => hangUp.mutate({ tenantSlug, callId })}
    >
      Hang up
    </Button>
  );
}
