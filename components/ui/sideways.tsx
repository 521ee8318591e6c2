import type { ReactNode } from "react";

/** What scrolls is reached by keyboard as well, although there is nothing to press in it. */
const reached = { tabIndex: 0 } as const;

/** A wide table on a narrow screen: it scrolls inside, and whoever has no pointer moves it by the arrow keys. */
export function Sideways({ label, children }: Readonly<{ label: string; children: ReactNode }>) {
  return (
    <section aria-label={label} className="relative overflow-x-auto" {...reached}>
      {children}
    </section>
  );
}
