"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

import { withParam } from "@/components/ui/search-params";

/** The open row as `?open=` in the address: it survives Back, reload and sharing, and costs no trip to the server. */
export function useOpen() {
  const params = useSearchParams();
  const openId = params.get("open") ?? undefined;
  const hrefOf = useCallback((id: string | undefined) => `?${withParam(params, { open: id })}`, [params]);

  const open = useCallback(
    (id: string) => {
      // Walking from row to row replaces the entry, so that Back leads out of the panel and not through every row.
      const how = openId === undefined ? "pushState" : "replaceState";
      window.history[how](null, "", hrefOf(id));
    },
    [hrefOf, openId],
  );
  const close = useCallback(() => window.history.pushState(null, "", hrefOf(undefined)), [hrefOf]);

  return { openId, open, close, hrefOf };
}
