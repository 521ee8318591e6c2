import type { ReactNode } from "react";

type Props = Readonly<{ title: string; acts: ReactNode; children: ReactNode }>;

/** One factor, what is to be known of it, and what can be done with it. */
export function FactorLine({ title, acts, children }: Props) {
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b py-1">
      <span className="min-w-0 flex-1 basis-64">
        <span className="block font-medium">{title}</span>
        <span className="text-ink-2">{children}</span>
      </span>
      <span className="flex gap-2">{acts}</span>
    </li>
  );
}
