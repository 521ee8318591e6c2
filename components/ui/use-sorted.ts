"use client";

import { useCallback } from "react";

import type { Sorted } from "@/components/ui/sorted";
import { useParamsState } from "@/components/ui/use-params-state";

/**
 * The order of a list as the address has it under `sort`, where the list's usual one is not written.
 * @param place the parameter that names the page: another order begins at its own first page.
 */
export function useSorted(usual: string, place: string): Sorted {
  const { params, set } = useParamsState();
  const onSort = useCallback(
    (by: string) => set({ sort: by === usual ? undefined : by, [place]: undefined }),
    [set, usual, place],
  );
  return { by: params.get("sort") ?? usual, onSort };
}
