"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { TenantRow } from "@/components/api/outputs";
import { type Refusal, refusalOf } from "@/components/api/refusal";

export type Refused = Readonly<{ row: TenantRow; refusal: Refusal }>;

/** Does one thing to tenants one after the other, and says how far it is and which were refused. */
export function useEach(rows: readonly TenantRow[], onDone: () => void) {
  const queries = useQueryClient();
  const [done, setDone] = useState<number>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);

  async function run(act: (row: TenantRow) => Promise<unknown>) {
    const problems: Refused[] = [];
    for (const [index, row] of rows.entries()) {
      setDone(index);
      try {
        await act(row);
      } catch (error) {
        problems.push({ row, refusal: refusalOf(error) });
      }
    }
    setDone(rows.length);
    setRefused(problems);
    await queries.invalidateQueries();
    if (problems.length === 0) onDone();
  }

  const running = done !== undefined && done < rows.length;
  return { done: done ?? 0, running, over: done !== undefined && !running, refused, run };
}
