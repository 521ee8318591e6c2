"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import type { CallFilter } from "@/components/calls/call-filter";
import { listInput, PAGE_SIZE } from "@/components/calls/list-input";

type Page = Outputs["calls"]["list"];
type Searched = Readonly<{ page: Page; going: boolean; stop: () => void }>;

/**
 * A page that is not full because the search stopped is gone on with, a stretch at a time, until it is full or there are no more
 * calls; whoever has seen enough stops it. Calls that come meanwhile do not begin it anew.
 */
export function useSearchOn(tenantSlug: string, filter: CallFilter, first: Page | undefined): Searched | undefined {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [more, setMore] = useState<Readonly<{ of: CallFilter; page: Page }>>();
  const [stopped, setStopped] = useState<CallFilter>();
  const page = more?.of === filter ? more.page : first;
  const going = page !== undefined && page.searchedTo !== null && page.nextCursor !== null && stopped !== filter;

  useEffect(() => {
    if (!going || !page?.nextCursor) return;
    let left = false;
    const input = { ...listInput(tenantSlug, filter), cursor: page.nextCursor, far: true };
    queries.fetchQuery(trpc.calls.list.queryOptions({ ...input, limit: PAGE_SIZE - page.items.length })).then(
      (next) => left || setMore({ of: filter, page: { ...next, items: [...page.items, ...next.items] } }),
      () => left || setStopped(filter),
    );
    return () => {
      left = true;
    };
  }, [going, page, filter, tenantSlug, queries, trpc]);

  return page && { page, going, stop: () => setStopped(filter) };
}
