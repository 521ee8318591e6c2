"use client";

import { buttonClass } from "@/components/ui/button-class";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** The shell stays; only this page could not be drawn. Its code comes with every page, so it is small. */
export default function PageError({ error, reset }: Props) {
  return (
    <div className="grid max-w-prose justify-items-start gap-3 pt-8" role="alert">
      <h1 className="text-xl font-semibold tracking-tight">This page could not be drawn</h1>
      <p className="text-md text-ink-2">Calls and charges go on. Try again, and quote the code if it stays.</p>
      <p className="font-mono text-xs text-ink-3">{error.digest ?? "page"}</p>
      <button className={buttonClass("primary")} onClick={reset} type="button">
        Try again
      </button>
    </div>
  );
}
