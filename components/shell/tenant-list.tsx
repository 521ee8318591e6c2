"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Shell } from "@/components/api/outputs";
import { navFor, pageOf } from "@/components/shell/nav";
import { recentTenants } from "@/components/shell/recent";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { kindText, roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

type Place = Readonly<{ slug: string; name: string; kind: string; role?: string }>;
type Props = Readonly<{ below: Shell["below"]; onGo: () => void }>;

const matches = (place: Place, text: string): boolean =>
  `${place.name} ${place.slug}`.toLowerCase().includes(text.trim().toLowerCase());

/** The page that one is on, where the other tenant has it; else its home. What the seat there allows, its pages say themselves. */
const pathAt = (place: Place, page: string): string => {
  const there = navFor(() => true, place.kind).flatMap((group) => group.items);
  return `/t/${place.slug}${page !== "home" && there.some((item) => item.page === page) ? `/${page}` : ""}`;
};

/** The arrows walk through the field and the tenants under it. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const around = event.currentTarget;
  if (step === 0 || !(around instanceof HTMLElement)) return;
  event.preventDefault();
  const stops = [...around.querySelectorAll<HTMLElement>("input, a[href]")];
  stops[stops.indexOf(document.activeElement as HTMLElement) + step]?.focus();
}

/** Goes to another tenant and stays on the same page where that page exists there. */
export function TenantList({ below, onGo }: Props) {
  const { tenant } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  const [text, setText] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    search.current?.focus();
    const here = list.current;
    here?.addEventListener("keydown", walk);
    return () => here?.removeEventListener("keydown", walk);
  }, []);

  const mine: Place[] = (me?.seats ?? []).map((seat) => ({
    slug: seat.tenantSlug,
    name: seat.tenantName,
    kind: seat.kind,
    role: seat.role,
  }));
  const others: readonly Place[] = below.filter((place) => !mine.some((seat) => seat.slug === place.slug));
  const [known] = useState(recentTenants);
  const recent = known
    .filter((slug) => slug !== tenant.slug)
    .flatMap((slug) => [...mine, ...others].find((place) => place.slug === slug) ?? [])
    .slice(0, 5);
  const lists = [
    { title: t("Recent"), places: recent.filter((place) => matches(place, text)) },
    { title: t("Your seats"), places: mine.filter((place) => matches(place, text)) },
    { title: t("Below {tenant}", { tenant: tenant.name }), places: others.filter((place) => matches(place, text)) },
  ]
    // Who was there lately stands above and not twice.
    .map(({ title, places }) => ({
      title,
      places: title === t("Recent") ? places : places.filter((place) => !recent.includes(place)),
    }))
    .filter(({ places }) => places.length > 0);

  return (
    <div className="grid gap-2 p-1" ref={list}>
      <input
        aria-label={t("Find a tenant")}
        className="control"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") list.current?.querySelector<HTMLAnchorElement>("a[href]")?.click();
        }}
        placeholder={t("Find a tenant")}
        ref={search}
        value={text}
      />
      {lists.length === 0 && <p className="px-2 py-1 text-ink-2">{t("No tenant matches.")}</p>}
      {lists.map(({ title, places }) => (
        <Places key={title} onGo={onGo} places={places} title={title} />
      ))}
    </div>
  );
}

function Places({ title, places, onGo }: Readonly<{ title: string; places: readonly Place[]; onGo: () => void }>) {
  return (
    <div>
      <p className="px-2 pb-1 text-xs font-medium text-ink-3">{title}</p>
      <ul className="grid">
        {places.map((place) => (
          <PlaceLink key={place.slug} onGo={onGo} place={place} />
        ))}
      </ul>
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
        href={pathAt(place, page)}
        onClick={onGo}
      >
        <span className="min-w-0 flex-1 truncate">{place.name}</span>
        <span className={cx("text-xs", here ? "text-ink-2" : "text-ink-3")}>
          {place.role ? roleText(place.role) : kindText(place.kind)}
        </span>
      </Link>
    </li>
  );
}
