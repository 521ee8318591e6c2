"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { leftText, ownBanText } from "@/components/blocks/ban-words";
import { Unblock } from "@/components/blocks/unblock";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { t } from "@/server/kernel/words";

type OwnBan = Outputs["bans"]["own"]["items"][number];

/** Which addresses of one's own phones are refused, why, until when, and the way to let them in again. */
export function OwnBansSection() {
  const { tenantSlug, can } = useScope();
  const query = useQuery(useTRPC().bans.own.queryOptions({ tenantSlug }));
  return (
    <QueryView query={query}>
      {({ items, now }) => (
        <DataTable
          caption={t("Blocked addresses")}
          columns={[...columns(), leftColumn(now), ...(can("extensions.write") ? [unblockColumn()] : [])]}
          empty={
            <Empty title={t("None of your addresses is blocked.")}>
              {t(
                "An address from which a phone tries a wrong secret five times within five minutes is blocked for a while by itself, and stands here until then.",
              )}
            </Empty>
          }
          rowKey={({ network }) => network}
          rows={items}
        />
      )}
    </QueryView>
  );
}

const columns = (): readonly Column<OwnBan>[] => [
  {
    key: "network",
    header: t("Address"),
    fold: "lead",
    cell: ({ network, own }) => (
      <>
        <code className="font-medium">{network}</code>
        {own && <span className="text-ink-3"> {t("· you are here")}</span>}
      </>
    ),
  },
  {
    key: "why",
    header: t("Why"),
    fold: "second",
    grow: true,
    cell: (ban) => <span title={ownBanText(ban)}>{ownBanText(ban)}</span>,
  },
  { key: "since", header: t("Since"), from: "lg", cell: ({ bannedAt }) => <Moment at={bannedAt} /> },
];

const leftColumn = (now: Date): Column<OwnBan> => ({
  key: "left",
  header: t("Ends"),
  fold: "lead-end",
  cell: ({ expiresAt }) => (
    <time className="figures whitespace-nowrap" dateTime={expiresAt.toISOString()}>
      {leftText(expiresAt, now)}
    </time>
  ),
});

const unblockColumn = (): Column<OwnBan> => ({
  key: "unblock",
  header: t("Actions"),
  fold: "below",
  cell: ({ network, canLift, byProvider }) =>
    canLift ? (
      <Unblock network={network} />
    ) : (
      <span className="text-ink-3">{byProvider ? t("ban|Ask your provider") : t("Not one of yours")}</span>
    ),
});
