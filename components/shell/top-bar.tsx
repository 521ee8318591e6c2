"use client";

import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import type { Shell } from "@/components/api/outputs";
import { Bell } from "@/components/bell/bell";
import { PhoneButton } from "@/components/phone/phone-button";
import { BalancePill } from "@/components/shell/balance-pill";
import { LiveDot } from "@/components/shell/live-dot";
import { labelOf, pageOf } from "@/components/shell/nav";
import { TenantSwitcher } from "@/components/shell/tenant-switcher";
import { JobsChip } from "@/components/tasks/jobs-chip";
import { Icon } from "@/components/ui/icon";
import { t } from "@/server/kernel/words";

/** 48 px: where I am, whether it is live, what is left to spend, and me. */
export function TopBar({ shell, menu, onFind }: Readonly<{ shell: Shell; menu: ReactNode; onFind: () => void }>) {
  const page = labelOf(pageOf(usePathname()), shell.tenant.kind);
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b bg-bg px-2 sm:px-4 print:hidden">
      <div className="flex min-w-0 items-center gap-1">
        <TenantSwitcher below={shell.below} />
        <span aria-hidden="true" className="text-ink-3 max-sm:hidden">
          /
        </span>
        <span className="px-2 text-ink-2 max-sm:hidden">{page}</span>
      </div>
      <div className="ms-auto flex items-center gap-3">
        <button
          className="inline-flex min-h-8 items-center gap-2 rounded-md border border-outline bg-surface px-2.5 text-ink-2 hover:bg-sunken"
          aria-label={t("Find or do")}
          onClick={onFind}
          type="button"
        >
          <Icon name="search" />
          <span className="max-lg:sr-only">{t("Find or do")}</span>
          <kbd className="font-mono text-xs text-ink-3 max-lg:hidden">Ctrl K</kbd>
        </button>
        <span className="max-sm:hidden">
          <LiveDot />
        </span>
        <JobsChip />
        <Bell />
        <PhoneButton />
        {shell.tenant.kind !== "operator" && <BalancePill balance={shell.balance} />}
        {menu}
      </div>
    </header>
  );
}
