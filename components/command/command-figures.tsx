"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { Money } from "@/components/billing/money";
import { usualWords } from "@/components/command/command-words";
import { AtRisk } from "@/components/reconciliation/at-risk";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Pulse = Outputs["reports"]["pulse"];
type Asked<Data> = Readonly<{ data: Data | undefined; isError: boolean }>;
type Props = Readonly<{
  pulse: Asked<Pulse>;
  incidents: Outputs["incidents"]["due"] | undefined;
  system: Outputs["system"]["get"] | undefined;
}>;

const RECHECK_MS = 15_000;

/** The figures of this moment; each leads to the list that it counts. */
export function CommandFigures({ pulse, incidents, system }: Props) {
  const { tenantSlug, can, hrefOf } = useScope();
  const trpc = useTRPC();
  const slowly = { refetchInterval: RECHECK_MS };
  const bans = useQuery(
    trpc.bans.list.queryOptions({ tenantSlug, show: "active" }, { ...slowly, enabled: can("bans.read") }),
  );
  const board = useQuery(
    trpc.reconciliation.board.queryOptions({ tenantSlug }, { ...slowly, enabled: can("reconciliation.read") }),
  );
  const differences = board.data?.atRisk.reduce((sum, one) => sum + one.count, 0);
  return (
    <dl className="grid grid-cols-2 gap-x-8 gap-y-5 border-y py-4 sm:grid-cols-4">
      {can("calls.read") && <CallFigures pulse={pulse} />}
      {can("incidents.read") && (
        <Figure
          bad={(incidents?.late ?? 0) > 0}
          href={hrefOf("incidents")}
          label={t("Incidents not taken")}
          value={incidents?.unacknowledged}
        >
          {incidents &&
            t("{late} over their time, {active} not over", { late: incidents.late, active: incidents.active })}
        </Figure>
      )}
      {can("reconciliation.read") && (
        <Figure
          away={board.isError && !board.data}
          bad={(differences ?? 0) > 0}
          href={hrefOf("reconciliation")}
          label={t("Differences in the money")}
          value={differences}
        >
          {board.data && differences === 0
            ? t("all sources agree")
            : board.data?.atRisk.map(({ currency, micros }) => (
                <span className="block" key={currency}>
                  {rich("{money} at risk", { money: <AtRisk currency={currency} micros={micros} /> })}
                </span>
              ))}
        </Figure>
      )}
      {can("bans.read") && (
        <Figure
          away={bans.isError && !bans.data}
          href={hrefOf("blocks")}
          label={t("Bans that hold")}
          value={bans.data?.active}
        >
          {t("addresses kept out")}
        </Figure>
      )}
      {can("system.read") && <JobsFigure system={system} />}
    </dl>
  );
}

function JobsFigure({ system }: Pick<Props, "system">) {
  const { hrefOf } = useScope();
  const [worker] = system?.workers.toSorted((a, b) => b.beatAt.getTime() - a.beatAt.getTime()) ?? [];
  const queue = worker?.queue;
  return (
    <Figure
      bad={(queue?.failed ?? 0) > 0}
      href={hrefOf("system")}
      label={t("Jobs given up")}
      value={queue?.failed ?? (system && "–")}
    >
      {queue &&
        (queue.there
          ? t("{n, plural, one {# waits or runs} other {# wait or run}}", { n: queue.waiting + queue.active })
          : t("the queue is away"))}
      {!queue && system && t("no worker was seen")}
    </Figure>
  );
}

function CallFigures({ pulse }: Pick<Props, "pulse">) {
  const { hrefOf, currency } = useScope();
  const { data } = pulse;
  const away = pulse.isError && !data;
  const stakes = data && (data.stakes.length > 0 ? data.stakes : [{ currency, heldMicros: 0n, perMinuteMicros: 0n }]);
  return (
    <>
      <Figure away={away} href={hrefOf("live")} label={t("Calls now")} value={data && data.ringing + data.talking}>
        {data && t("{talking} talking, {ringing} ringing", { talking: data.talking, ringing: data.ringing })}
      </Figure>
      <Figure
        away={away}
        href={`${hrefOf("reports")}?period=day`}
        label={t("Calls in the last minute")}
        value={data?.lastMinute}
      >
        {data && usualWords(data)}
      </Figure>
      <Figure
        away={away}
        href={hrefOf("reconciliation")}
        label={t("Held for calls")}
        value={stakes?.map((one) => (
          <span className="block" key={one.currency}>
            <Money currency={one.currency} micros={one.heldMicros} />
          </span>
        ))}
      >
        {t("what calls may still cost")}
      </Figure>
      <Figure
        away={away}
        href={hrefOf("live")}
        label={t("Cost a minute, now")}
        value={stakes?.map((one) => (
          <span className="block" key={one.currency}>
            <Money currency={one.currency} decimals={4} micros={one.perMinuteMicros} />
          </span>
        ))}
      >
        {t("of all that talk, together")}
      </Figure>
    </>
  );
}

type FigureProps = Readonly<{
  label: string;
  href: string;
  /** undefined while it is not known yet. */
  value: ReactNode;
  children?: ReactNode;
  bad?: boolean;
  /** It could not be read. */
  away?: boolean;
}>;

function Figure({ label, href, value, children, bad, away }: FigureProps) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-xs text-ink-3">{label}</dt>
      <dd className={cx("figures text-xl font-semibold", bad && "text-bad")}>
        <Link className="underline-offset-4 hover:underline" href={href}>
          {value ?? "–"}
          <span className="sr-only">{t(", show the list")}</span>
        </Link>
      </dd>
      <dd className="min-h-4 text-xs text-ink-2">{away ? t("cannot be read now") : children}</dd>
    </div>
  );
}
