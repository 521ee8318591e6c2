"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { hitsText, holdersText, leftText, scopeText } from "@/components/blocks/ban-words";
import { FactChip } from "@/components/blocks/fact-chip";
import { ExportLink } from "@/components/exports/export-link";
import { Moment } from "@/components/shell/moment";
import { portalPath } from "@/components/shell/portal-path";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { Pages } from "@/components/ui/pages";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { useNow } from "@/components/ui/use-now";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const PlaceBan = later(() => import("@/components/blocks/place-ban").then((file) => file.PlaceBan));

type Ban = Outputs["bans"]["list"]["items"][number];

/** Addresses from which nothing is taken: why, by whom, until when, and the way to take it back. */
export function BansSection() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const [asking, setAsking] = useState(false);
  const show = params.get("show") === "ended" ? "ended" : "active";
  const [text, cursor] = [params.get("q") ?? undefined, params.get("before") ?? undefined];
  const query = useQuery({
    ...useTRPC().bans.list.queryOptions({ tenantSlug, show, text, cursor }),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <SearchBox
          className="w-full sm:w-64"
          label={t("Address or reason")}
          onValue={(q) => set({ q: q || undefined, before: undefined }, "replace")}
          value={text ?? ""}
        />
        <Select
          choices={[
            { value: "", label: t("Banned now") },
            { value: "ended", label: t("Over") },
          ]}
          label={t("Show")}
          labelHidden
          name="show"
          onChange={(event) => set({ show: event.target.value || undefined, before: undefined })}
          value={show === "ended" ? "ended" : ""}
        />
        <span className="sm:ms-auto" />
        <ExportLink filter={{}} list="bans" />
        {can("bans.write") && (
          <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setAsking(true)}>
            {t("Ban an address…")}
          </Button>
        )}
      </div>
      <QueryView query={query}>
        {({ items, nextCursor, now }) => (
          <>
            <BansTable items={items} now={now} show={show} />
            {(cursor || nextCursor) && (
              <Pages
                counted={t("{n, plural, one {# ban} other {# bans}}", { n: items.length })}
                onNewest={cursor ? () => set({ before: undefined }) : undefined}
                onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
              />
            )}
          </>
        )}
      </QueryView>
      {asking && <PlaceBan onClose={() => setAsking(false)} />}
    </div>
  );
}

function BansTable({ items, now, show }: Readonly<{ items: readonly Ban[]; now: Date; show: "active" | "ended" }>) {
  const { can, tenantSlug } = useScope();
  const empty =
    show === "active" ? (
      <Empty title={t("Nobody is banned.")}>
        {t("Who fails to sign in five times within five minutes is banned by itself.")}
      </Empty>
    ) : (
      <Empty title={t("No ban is over yet.")} />
    );
  return (
    <DataTable
      caption={t("Bans")}
      columns={[
        ...columns(tenantSlug),
        show === "active" ? endsColumn(now) : endedColumn(),
        ...(can("bans.write") && show === "active" ? [liftColumn()] : []),
      ]}
      empty={empty}
      rowKey={({ id }) => id}
      rows={items}
    />
  );
}

const columns = (desk: string): readonly Column<Ban>[] => [
  {
    key: "network",
    header: t("Address"),
    fold: "lead",
    cell: ({ network, reason }) => (
      <span className="font-medium">
        <FactChip kind="address" links={[eventsOf(desk, network)]} reason={reason} value={network} />
      </span>
    ),
  },
  { key: "scope", header: t("source|From"), from: "lg", cell: ({ scope }) => scopeText(scope) },
  {
    key: "reason",
    header: t("Why"),
    fold: "second",
    grow: "text",
    cell: ({ reason, timesBefore }) => (
      <span title={reason}>
        {reason}
        {timesBefore > 0 && <span className="text-ink-3"> {t("· time {n} in a week", { n: timesBefore + 1 })}</span>}
      </span>
    ),
  },
  {
    key: "by",
    header: t("Banned"),
    from: "lg",
    cell: (ban) => <span className="text-ink-2">{holdersText(ban)}</span>,
  },
  { key: "at", header: t("Since"), from: "xl", cell: ({ createdAt }) => <Moment at={createdAt} /> },
  {
    key: "hits",
    header: t("Hits"),
    numeric: true,
    from: "lg",
    cell: (ban) => <span className="inline-block max-w-48 text-ink-2 whitespace-normal">{hitsText(ban)}</span>,
  },
];

const eventsOf = (desk: string, network: string) => ({
  label: t("Security events"),
  href: `${portalPath(`/${desk}/security-events`)}?${new URLSearchParams({ address: network })}`,
});

const endsColumn = (now: Date): Column<Ban> => ({
  key: "end",
  header: t("Ends"),
  fold: "lead-end",
  cell: ({ expiresAt }) => <Left expiresAt={expiresAt} serverNow={now} />,
});
const endedColumn = (): Column<Ban> => ({
  key: "end",
  header: t("ban|Ended"),
  named: true,
  fold: "lead-end",
  cell: ({ expiresAt, liftedAt, liftedBy }) => (
    <span>
      <Moment at={liftedAt ?? expiresAt} />
      {liftedBy && <span className="text-ink-2"> {t("by {person}", { person: liftedBy })}</span>}
    </span>
  ),
});
const liftColumn = (): Column<Ban> => ({
  key: "lift",
  header: t("Actions"),
  fold: "second-end",
  cell: (ban) => <Lift ban={ban} />,
});

const utcText = (at: Date): string => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

function Left({ expiresAt, serverNow }: Readonly<{ expiresAt: Date; serverNow: Date }>) {
  const now = useNow(serverNow);
  return (
    <time
      className="figures whitespace-nowrap"
      dateTime={expiresAt.toISOString()}
      suppressHydrationWarning
      title={utcText(expiresAt)}
    >
      {leftText(expiresAt, now)}
    </time>
  );
}

function Lift({ ban }: Readonly<{ ban: Ban }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const lift = useMutation(
    trpc.bans.lift.mutationOptions({
      onSuccess: () => toast(t("{network} is let in again.", { network: ban.network })),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.bans.pathKey() }),
    }),
  );
  return (
    <Button
      aria-label={t("Lift the ban of {network}", { network: ban.network })}
      busy={lift.isPending && t("Lifting…")}
      look="quiet"
      onClick={() => lift.mutate({ tenantSlug, banId: ban.id })}
    >
      {t("Lift")}
    </Button>
  );
}
