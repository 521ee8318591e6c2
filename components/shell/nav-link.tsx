import Link from "next/link";

import type { NavItem } from "@/components/shell/nav";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";

type Props = Readonly<{ item: NavItem; href: string; current: boolean; narrow: boolean }>;

/** One line of the sidebar. Narrow, the word moves into the tooltip and the accessible name stays. */
export function NavLink({ item, href, current, narrow }: Props) {
  return (
    <Link
      aria-current={current ? "page" : undefined}
      className={cx(
        "flex min-h-8 items-center gap-2.5 rounded-md px-2 font-medium",
        current ? "bg-accent-soft text-ink" : "text-ink-2 hover:bg-sunken hover:text-ink",
        narrow ? "justify-center" : "max-lg:justify-center",
      )}
      href={href}
      title={item.label}
    >
      <Icon name={item.icon} className={current ? "text-accent" : ""} />
      <span className={narrow ? "sr-only" : "max-lg:sr-only"}>{item.label}</span>
    </Link>
  );
}
