"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** Says it in words when the tenant on screen is not one's own, and when calling is suspended here. */
export function ScopeBand() {
  const { tenant } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  const own = me?.seats.some((seat) => seat.tenantSlug === tenant.slug) ?? true;
  const home = me?.seats[0];
  if (own && tenant.state === "active") return null;
  return (
    <aside aria-label={t("About this tenant")}>
      {!own && (
        <p className="flex flex-wrap items-center gap-x-3 border-b bg-warn-soft px-4 py-1.5 text-ink-2 sm:px-6">
          <span>
            {rich("You act for <strong>{tenant}</strong>. What you change is recorded with your name.", {
              tenant: tenant.name,
              strong: (name) => <strong className="font-semibold text-ink">{name}</strong>,
            })}
          </span>
          {home && (
            <Link className="font-medium text-accent underline underline-offset-2" href={`/t/${home.tenantSlug}`}>
              {t("Back to {tenant}", { tenant: home.tenantName })}
            </Link>
          )}
        </p>
      )}
      {tenant.state === "suspended" && (
        <p className="border-b bg-bad-soft px-4 py-1.5 text-ink-2 sm:px-6">
          {rich(
            "<strong>Calling is suspended.</strong> Only emergency numbers can be dialled. Everything here can still be read.",
            { strong: (words) => <strong className="font-semibold text-bad">{words}</strong> },
          )}
        </p>
      )}
    </aside>
  );
}
