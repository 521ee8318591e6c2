"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";

/** Says it in words when the tenant on screen is not one's own, and when calling is suspended here. */
export function ScopeBand() {
  const { tenant } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  const own = me?.seats.some((seat) => seat.tenantSlug === tenant.slug) ?? true;
  const home = me?.seats[0];
  if (own && tenant.state === "active") return null;
  return (
    <aside aria-label="About this tenant">
      {!own && (
        <p className="flex flex-wrap items-center gap-x-3 border-b bg-warn-soft px-4 py-1.5 text-ink-2 sm:px-6">
          <span>
            You act for <strong className="font-semibold text-ink">{tenant.name}</strong>. What you change is recorded
            with your name.
          </span>
          {home && (
            <Link className="font-medium text-accent underline underline-offset-2" href={`/t/${home.tenantSlug}`}>
              Back to {home.tenantName}
            </Link>
          )}
        </p>
      )}
      {tenant.state === "suspended" && (
        <p className="border-b bg-bad-soft px-4 py-1.5 text-ink-2 sm:px-6">
          <strong className="font-semibold text-bad">Calling is suspended.</strong> Only emergency numbers can be
          dialled. Everything here can still be read.
        </p>
      )}
    </aside>
  );
}
