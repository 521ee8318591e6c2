import Link from "next/link";
import type { ReactNode } from "react";

import { Popover } from "@/components/ui/popover";

/** One thing that can be done, or another page that it leads to. */
type MenuItem = Readonly<{ label: string } & ({ onPress: () => void } | { href: string })>;

type Props = Readonly<{
  label: string;
  trigger: ReactNode;
  triggerClass: string;
  /** What is not on offer is left out. */
  items: readonly (MenuItem | false | undefined)[];
}>;

const itemClass = "flex min-h-9 w-full items-center rounded-md px-3 text-start hover:bg-sunken";

/** Something with a menu of what can be done about it. */
export function ActMenu({ label, trigger, triggerClass, items }: Props) {
  return (
    <Popover className="min-w-48" label={label} trigger={trigger} triggerClass={triggerClass}>
      {(shut) => <ul>{items.map((item) => item && <li key={item.label}>{itemOf(item, shut)}</li>)}</ul>}
    </Popover>
  );
}

function itemOf(item: MenuItem, shut: () => void): ReactNode {
  if ("href" in item) {
    return (
      <Link className={itemClass} href={item.href} prefetch={false}>
        {item.label}
      </Link>
    );
  }
  const press = () => {
    shut();
    item.onPress();
  };
  return (
    <button className={itemClass} onClick={press} type="button">
      {item.label}
    </button>
  );
}
