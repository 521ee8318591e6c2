"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Shell } from "@/components/api/outputs";
import { pageOf } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { Popover } from "@/components/ui/popover";

type Place = Readonly<{ slug: string; name: string; kind: string; role?: string }>;

const matches = (place: Place, text: string): boolean =>
  `${place.name} ${place.slug}`.toLowerCase().includes(text.trim().toLowerCase());

/** The pages that every tenant has; the others belong to those with tenants below, so switching leads home. */
const EVERYWHERE = new Set(["home", "calls", "live", "extensions", "balance", "destinations", "team", "audit"]);

/** Goes to another tenant and stays on the same page where that page exists there. */
export function TenantSwitcher({ below }: Readonly<{ below: Shell["below"] }>) {
  const { tenant } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  const [text, setText] = useState("");
  const page = pageOf(usePathname());

  const mine: Place[] = (me?.seats ?? []).map((seat) => ({
    slug: seat.tenantSlug,
    name: seat.tenantName,
    kind: seat.kind,
    role: seat.role,
  }));
  const others: readonly Place[] = below.filter((place) => !mine.some((seat) => seat.slug === place.slug));
  const lists = [
    { title: "Your seats", places: mine },
    { title: `Below ${tenant.name}`, places: others },
  ];
  const target = (slug: string) => `/t/${slug}${page !== "home" && EVERYWHERE.has(page) ? `/${page}` : ""}`;

  return (
    <Popover
      className="w-72"
      label={`Tenant: ${tenant.name}. Switch tenant`}
      onOpen={() => setText("")}
      trigger={
        <>
          <span className="truncate font-medium">{tenant.name}</span>
          <Icon className="text-ink-3" name="down" />
        </>
      }
      triggerClass="inline-flex min-h-8 min-w-0 max-w-56 items-center gap-1 rounded-md px-2 hover:bg-sunken"
    >
      {(close) => (
        <div className="grid gap-2 p-1">
          <input
            aria-label="Find a tenant"
            className="control"
            data-first=""
            onChange={(event) => setText(event.target.value)}
            placeholder="Find a tenant"
            value={text}
          />
          {lists.map(({ title, places }) => {
            const shown = places.filter((place) => matches(place, text));
            if (shown.length === 0) return null;
            return (
              <div key={title}>
                <p className="px-2 pb-1 text-xs font-medium text-ink-3">{title}</p>
                <ul className="grid">
                  {shown.map((place) => (
                    <li key={place.slug}>
                      <Link
                        aria-current={place.slug === tenant.slug ? "true" : undefined}
                        className={cx(
                          "flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-sunken",
                          place.slug === tenant.slug && "bg-accent-soft",
                        )}
                        href={target(place.slug)}
                        onClick={close}
                      >
                        <span className="min-w-0 flex-1 truncate">{place.name}</span>
                        <span className="text-xs text-ink-3">{place.role ?? place.kind}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </div>
            );
          })}
        </div>
      )}
    </Popover>
  );
}
