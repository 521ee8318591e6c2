import type { ReactNode } from "react";

import { cx } from "@/components/ui/cx";

export type Fact = Readonly<{ label: string; value: ReactNode; end?: ReactNode }>;

/** Label and value, one line each, like the plate on an instrument. */
export function Facts({ facts }: Readonly<{ facts: readonly Fact[] }>) {
  return (
    <dl className="grid">
      {facts.map((fact) => (
        <div className="flex min-h-9 items-center gap-4 border-b py-1" key={fact.label}>
          <dt className="w-32 shrink-0 text-ink-3">{fact.label}</dt>
          <dd
            className={cx(
              "flex min-w-0 flex-1 items-center justify-between gap-x-2",
              typeof fact.end === "string" && "flex-wrap",
            )}
          >
            <span className="min-w-0">{fact.value}</span>
            {fact.end}
          </dd>
        </div>
      ))}
    </dl>
  );
}
