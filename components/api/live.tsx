"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import { kindsIn, pathsOf } from "@/components/api/live-kinds";

export type LiveState = Readonly<{ connected: boolean; since: Date | undefined }>;

const LiveContext = createContext<LiveState>({ connected: false, since: undefined });
export const useLive = (): LiveState => useContext(LiveContext);

/** Changes are gathered for a moment: a burst of calls is one question to the server, not fifty. */
const GATHER_MS = 400;
const RECONNECT_MS = [1_000, 2_000, 5_000, 10_000] as const;

function makeGatherer(queries: QueryClient) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    const paths = new Set(waiting);
    waiting.clear();
    void queries.invalidateQueries({
      predicate: ({ queryKey: [path] }) => Array.isArray(path) && typeof path[0] === "string" && paths.has(path[0]),
    });
  };
  return {
    add: (paths: readonly string[]) => {
      for (const path of paths) waiting.add(path);
      if (waiting.size > 0) timer ??= setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * Holds one event stream for the tenant in the address. The stream carries no data, only what kind of thing changed;
 * the queries of that kind are asked again, with the permissions of this person.
 */
export function LiveProvider({ tenantSlug, children }: Readonly<{ tenantSlug: string; children: ReactNode }>) {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>({ connected: false, since: undefined });

  useEffect(() => {
    const gather = makeGatherer(queries);
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let tries = 0;
    let wasConnected = false;

    const connect = () => {
      source = new EventSource(`/api/live/${encodeURIComponent(tenantSlug)}`);
      source.addEventListener("open", () => {
        tries = 0;
        // Whatever changed while the line was down was not told; everything on screen is asked again.
        if (wasConnected) void queries.invalidateQueries();
        wasConnected = true;
        setState({ connected: true, since: new Date() });
      });
      source.addEventListener("changed", (event: MessageEvent<string>) => gather.add(pathsOf(kindsIn(event.data))));
      source.addEventListener("error", () => {
        source?.close();
        setState((before) => (before.connected ? { connected: false, since: new Date() } : before));
        retry = setTimeout(connect, RECONNECT_MS[Math.min(tries, RECONNECT_MS.length - 1)]);
        tries += 1;
      });
    };

    connect();
    return () => {
      source?.close();
      clearTimeout(retry);
      gather.stop();
    };
  }, [queries, tenantSlug]);

  return <LiveContext value={state}>{children}</LiveContext>;
}
