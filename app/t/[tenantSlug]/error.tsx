"use client";

import { ErrorState } from "@/components/ui/error-state";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** The shell stays; only this page could not be drawn. */
export default function PageError({ error, reset }: Props) {
  return (
    <>
      <h1 className="pb-4 text-xl font-semibold tracking-tight">This page could not be drawn</h1>
      <ErrorState
        code={error.digest ?? "page"}
        next="Calls and charges go on. Try again, and quote the code if it stays."
        onRetry={reset}
        title="Something went wrong on our side."
      />
    </>
  );
}
