"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

import { type NavItem, navFor, pageOf } from "@/components/shell/nav";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

const FIRST = ["home", "calls", "live", "extensions"];
const tab = (current: boolean) =>
  cx(
    "flex min-h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium",
    current ? "text-accent" : "text-ink-2",
  );

const word = (item: NavItem): string => (item.page === "extensions" ? t("Phones") : item.label);

/** The navigation of a phone held in one hand. */
export function BottomBar() {
  const { can, tenant, hrefOf } = useScope();
  const here = pageOf(usePathname());
  const items = navFor(can, tenant.kind).flatMap((group) => group.items);
  const first = items.filter((item) => FIRST.includes(item.page));
  const rest = items.filter((item) => !FIRST.includes(item.page));
  return (
    <nav
      aria-label={t("Pages")}
      className="fixed inset-x-0 bottom-0 z-40 flex border-t bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {first.map((item) => (
        <Link
          aria-current={item.page === here ? "page" : undefined}
          className={tab(item.page === here)}
          href={hrefOf(item.page)}
          key={item.page}
        >
          <Icon name={item.icon} />
          {word(item)}
        </Link>
      ))}
      {rest.length > 0 && (
        <Popover
          align="end"
          className="w-56"
          label={t("More pages")}
          trigger={
            <>
              <Icon name="more" />
              {t("More")}
            </>
          }
          triggerClass={tab(rest.some((item) => item.page === here))}
          up
        >
          {(close) =>
            rest.map((item) => (
              <Link
                aria-current={item.page === here ? "page" : undefined}
                className="flex min-h-11 items-center gap-3 rounded-md px-3 hover:bg-sunken"
                href={hrefOf(item.page)}
                key={item.page}
                onClick={close}
              >
                <Icon name={item.icon} />
                {item.label}
              </Link>
            ))
          }
        </Popover>
      )}
    </nav>
  );
}
