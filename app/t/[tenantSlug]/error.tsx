"use client";

import { ErrorState } from "@/components/ui/error-state";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** The shell stays; only this page could not be drawn. */
export default function PageError({ error, reset }: Props) {
  return (
    <ErrorState
      code={error.digest ?? "page"}
      next="Calls and charges go on. Try again, and quote the code if it stays."
      onRetry={reset}
      title="This page could not be drawn."
    />
  );
}
