import type { ReactNode } from "react";

/** One thing that can be done, in a menu; links in it look the same by this. */
export const menuItem = "flex min-h-9 w-full items-center rounded-md px-3 text-start hover:bg-sunken";

export function MenuAct({ onPress, children }: Readonly<{ onPress: () => void; children: ReactNode }>) {
  return (
    <li>
      <button className={menuItem} onClick={onPress} type="button">
        {children}
      </button>
    </li>
  );
}
