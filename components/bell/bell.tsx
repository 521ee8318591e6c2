"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { unreadOf } from "@/components/bell/bell-words";
import { useScope } from "@/components/shell/scope";
import { Icon } from "@/components/ui/icon";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

const BellList = later(() => import("@/components/bell/bell-list").then((file) => file.BellList));

/** What happened that this person should know, and how much of it is new. Not there while there is nothing. */
export function Bell() {
  const { tenantSlug, ownSeat } = useScope();
  const { data } = useQuery(useTRPC().bell.get.queryOptions({ tenantSlug }, { enabled: ownSeat }));
  if (!data || data.items.length === 0) return null;
  const unread = unreadOf(data.items, data.readAt);
  return (
    <Popover
      align="end"
      className="w-96"
      label={unread > 0 ? t("What happened: {count} new", { count: unread }) : t("What happened")}
      trigger={
        <>
          <Icon name="bell" />
          {unread > 0 && (
            <span
              aria-hidden="true"
              className="figures absolute -top-0.5 -end-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-xs leading-4 text-on-accent"
            >
              {unread}
            </span>
          )}
        </>
      }
      triggerClass="relative inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink"
    >
      {(close) => <BellList bell={data} onGo={close} />}
    </Popover>
  );
}
