"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";

import type { Shell } from "@/components/api/outputs";
import { type Zone, zoneOf } from "@/components/shell/zone";

export type Permission = Shell["permissions"][number];

export type Scope = Readonly<{
  tenantSlug: string;
  tenant: Shell["tenant"];
  role: Shell["role"];
  /** What the portal is called and drawn with here; null is the house's own. */
  brand: Shell["brand"];
  /** Whether the seat is the tenant's own, and not one above it. */
  ownSeat: boolean;
  currency: string;
  /** The clock that times are shown on: the tenant's, unless this person chose another. Days are the tenant's own. */
  timeZone: string;
  can: (permission: Permission) => boolean;
  hrefOf: (page: string) => string;
}>;

const ScopeContext = createContext<Scope | undefined>(undefined);

/** The tenant in the address, and what the person may do there. */
export function useScope(): Scope {
  const scope = useContext(ScopeContext);
  if (!scope) throw new Error("useScope needs a ScopeProvider above it");
  return scope;
}

type Props = Readonly<{ shell: Shell; zone: Zone; children: ReactNode }>;

export function ScopeProvider({ shell, zone, children }: Props) {
  const scope = useMemo<Scope>(
    () => ({
      tenantSlug: shell.tenant.slug,
      tenant: shell.tenant,
      role: shell.role,
      brand: shell.brand,
      ownSeat: shell.ownSeat,
      currency: shell.tenant.currency,
      timeZone: zoneOf(zone, shell.tenant.timeZone),
      can: (permission) => shell.permissions.includes(permission),
      hrefOf: (page) => `/t/${shell.tenant.slug}${page === "home" || page === "" ? "" : `/${page}`}`,
    }),
    [shell, zone],
  );
  return <ScopeContext value={scope}>{children}</ScopeContext>;
}
