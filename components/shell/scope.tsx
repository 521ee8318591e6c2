"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";

import type { Shell } from "@/components/api/outputs";

export type Permission = Shell["permissions"][number];

export type Scope = Readonly<{
  tenantSlug: string;
  tenant: Shell["tenant"];
  role: Shell["role"];
  /** Whether the seat is the tenant's own, and not one above it. */
  ownSeat: boolean;
  currency: string;
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

export function ScopeProvider({ shell, children }: Readonly<{ shell: Shell; children: ReactNode }>) {
  const scope = useMemo<Scope>(
    () => ({
      tenantSlug: shell.tenant.slug,
      tenant: shell.tenant,
      role: shell.role,
      ownSeat: shell.ownSeat,
      currency: shell.tenant.currency,
      timeZone: shell.tenant.timeZone,
      can: (permission) => shell.permissions.includes(permission),
      hrefOf: (page) => `/t/${shell.tenant.slug}${page === "home" || page === "" ? "" : `/${page}`}`,
    }),
    [shell],
  );
  return <ScopeContext value={scope}>{children}</ScopeContext>;
}
