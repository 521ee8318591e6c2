import type { ReactNode } from "react";

import { type ShownBrand, Wordmark } from "@/components/shell/wordmark";

type Props = Readonly<{ title: string; brand?: ShownBrand | null | undefined; children: ReactNode }>;

/** Pages outside any tenant: one column, one thing to do. */
export function CenteredPage({ title, brand, children }: Props) {
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-88 content-start gap-10 px-4 pt-[18vh] pb-10">
      <Wordmark brand={brand} />
      <div className="grid justify-items-start gap-3 *:data-wide:justify-self-stretch">
        <h1 className="text-2xl font-semibold tracking-tight text-balance">{title}</h1>
        {children}
      </div>
    </main>
  );
}
