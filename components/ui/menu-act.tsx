import Link from "next/link";
import type { ReactNode } from "react";

const menuItem = "flex min-h-9 w-full items-center rounded-md px-3 text-start hover:bg-sunken";

/** One thing that can be done, in a menu. */
export function MenuAct({ onPress, children }: Readonly<{ onPress: () => void; children: ReactNode }>) {
  return (
    <li>
      <button className={menuItem} onClick={onPress} type="button">
        {children}
      </button>
    </li>
  );
}

/** Another page that it leads to. */
export function MenuLink({ href, children }: Readonly<{ href: string; children: ReactNode }>) {
  return (
    <li>
      <Link className={menuItem} href={href} prefetch={false}>
        {children}
      </Link>
    </li>
  );
}
