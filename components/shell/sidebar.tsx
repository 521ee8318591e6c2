"use client";

import { usePathname } from "next/navigation";

import { navFor, pageOf } from "@/components/shell/nav";
import { NavLink } from "@/components/shell/nav-link";
import { useScope } from "@/components/shell/scope";
import { Wordmark } from "@/components/shell/wordmark";
import { cx } from "@/components/ui/cx";
import { IconButton } from "@/components/ui/icon-button";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ narrow: boolean; onNarrow: (narrow: boolean) => void }>;

/** 232 px wide, or 56; on a phone the bottom bar takes its place. */
export function Sidebar({ narrow, onNarrow }: Props) {
  const scope = useScope();
  const here = pageOf(usePathname());
  return (
    <nav
      aria-label={t("Pages")}
      className={cx(
        "sticky top-0 hidden h-dvh shrink-0 flex-col gap-4 overflow-y-auto border-e bg-bg px-2 pb-2 sm:flex",
        narrow ? "w-14" : "w-14 lg:w-[14.5rem]",
      )}
    >
      <div className="flex h-12 shrink-0 items-center px-2">
        <Wordmark brand={scope.brand} narrowAway small={narrow} />
      </div>
      {navFor(scope.can, scope.tenant.kind).map((group) => (
        <div className="grid gap-px" key={group.title ?? "main"}>
          {group.title && (
            <p className={cx("px-2 pb-1 text-xs font-medium text-ink-3", narrow ? "sr-only" : "max-lg:sr-only")}>
              {group.title}
            </p>
          )}
          {group.items.map((item) => (
            <NavLink
              current={item.page === here}
              href={scope.hrefOf(item.page)}
              item={item}
              key={item.page}
              narrow={narrow}
            />
          ))}
        </div>
      ))}
      <IconButton
        className="mt-auto shrink-0 max-lg:hidden"
        data-shortcut="["
        icon="sidebar"
        label={narrow ? t("Widen the sidebar") : t("Narrow the sidebar")}
        onClick={() => onNarrow(!narrow)}
      />
    </nav>
  );
}
