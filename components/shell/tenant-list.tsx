"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Shell } from "@/components/api/outputs";
import { pageOf } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";

type Place = Readonly<{ slug: string; name: string; kind: string; role?: string }>;
type Props = Readonly<{ below: Shell["below"]; onGo: () => void }>;

const matches = (place: Place, text: string): boolean =>
  `${place.name} ${place.slug}`.toLowerCase().includes(text.trim().toLowerCase());

/** The pages that every tenant has; the others belong to those with tenants below, so switching leads home. */
const EVERYWHERE = new Set(["calls", "live", "extensions", "balance", "destinations", "team", "audit"]);

/** Goes to another tenant and stays on the same page where that page exists there. */
export function TenantList({ below, onGo }: Props) {
  const { tenant } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  const [text, setText] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);

  const mine: Place[] = (me?.seats ?? []).map((seat) => ({
    slug: seat.tenantSlug,
    name: seat.tenantName,
    kind: seat.kind,
    role: seat.role,
  }));
  const others: readonly Place[] = below.filter((place) => !mine.some((seat) => seat.slug === place.slug));
  const lists = [
    { title: "Your seats", places: mine.filter((place) => matches(place, text)) },
    { title: `Below ${tenant.name}`, places: others.filter((place) => matches(place, text)) },
  ].filter(({ places }) => places.length > 0);

  return (
    <div className="grid gap-2 p-1">
      <input
        aria-label="Find a tenant"
        className="control"
        onChange={(event) => setText(event.target.value)}
        placeholder="Find a tenant"
        ref={search}
        value={text}
      />
      {lists.length === 0 && <p className="px-2 py-1 text-ink-2">No tenant matches.</p>}
      {lists.map(({ title, places }) => (
        <div key={title}>
          <p className="px-2 pb-1 text-xs font-medium text-ink-3">{title}</p>
          <ul className="grid">
            {places.map((place) => (
              <PlaceLink key={place.slug} onGo={onGo} place={place} />
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function PlaceLink({ place, onGo }: Readonly<{ place: Place; onGo: () => void }>) {
  const { tenant } = useScope();
  const page = pageOf(usePathname());
  const here = place.slug === tenant.slug;
  return (
    <li>
      <Link
        aria-current={here ? "true" : undefined}
        className={cx("flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-sunken", here && "bg-accent-soft")}
        href={`/t/${place.slug}${EVERYWHERE.has(page) ? `/${page}` : ""}`}
        onClick={onGo}
      >
        <span className="min-w-0 flex-1 truncate">{place.name}</span>
        <span className={cx("text-xs", here ? "text-ink-2" : "text-ink-3")}>{place.role ?? place.kind}</span>
      </Link>
    </li>
  );
}
