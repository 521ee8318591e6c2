"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

import { withParam } from "@/components/ui/search-params";

/** The query of the address as state: filters live there, so Back, reload and a shared link show the same list. */
export function useParamsState() {
  const params = useSearchParams();
  const set = useCallback((changes: Readonly<Record<string, string | undefined>>, how: "push" | "replace" = "push") => {
    // Read now, not at render: two quick changes must not overwrite each other.
    const query = withParam(new URLSearchParams(window.location.search), changes);
    window.history[how === "push" ? "pushState" : "replaceState"](
      null,
      "",
      query ? `?${query}` : window.location.pathname,
    );
  }, []);
  return { params, set };
}
