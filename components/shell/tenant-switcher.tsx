"use client";

import type { Shell } from "@/components/api/outputs";
import { useScope } from "@/components/shell/scope";
import { SWITCH_TENANT } from "@/components/shell/shortcuts";
import { Icon } from "@/components/ui/icon";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

const TenantList = later(() => import("@/components/shell/tenant-list").then((file) => file.TenantList));

/** Where I am, and the way to another tenant. */
export function TenantSwitcher({ below }: Readonly<{ below: Shell["below"] }>) {
  const { tenant } = useScope();
  return (
    <Popover
      className="w-72"
      label={t("Tenant: {tenant}. Switch tenant", { tenant: tenant.name })}
      trigger={
        <>
          <span className="truncate font-medium">{tenant.name}</span>
          <Icon className="text-ink-3" name="down" />
        </>
      }
      shortcut={SWITCH_TENANT}
      triggerClass="inline-flex min-h-8 min-w-0 max-w-56 items-center gap-1 rounded-md px-2 hover:bg-sunken"
    >
      {(close) => <TenantList below={below} onGo={close} />}
    </Popover>
  );
}
