"use client";

import "@/app/globals.css";

import { CenteredPage } from "@/components/shell/centered-page";
import { Button } from "@/components/ui/button";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** The last net: the whole page failed, so this one brings its own <html>. */
export default function GlobalError({ error, reset }: Props) {
  return (
    <html lang="en">
      <body>
        <CenteredPage title="The portal could not draw this page">
          <p className="text-md text-ink-2">Calls and charges go on. Try again, and quote the code if it stays.</p>
          <p className="font-mono text-xs text-ink-3">{error.digest ?? "page"}</p>
          <Button look="primary" onClick={reset}>
            Try again
          </Button>
        </CenteredPage>
      </body>
    </html>
  );
}
