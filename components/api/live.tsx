"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import { endIn, helloIn, kindsIn, pathsOf } from "@/components/api/live-kinds";
import { joinLine, type Told } from "@/components/api/live-line";
import { sessionState } from "@/components/api/session-state";
import { pageStanding } from "@/components/ui/page-standing";

export type LiveState = Readonly<{ connected: boolean; since: Date | undefined }>;

const LiveContext = createContext<LiveState>({ connected: false, since: undefined });
export const useLive = (): LiveState => useContext(LiveContext);

/** Where nobody tells, what must not go stale is asked for again this often. */
const CUT_POLL_MS = 5_000;
/** How often a query that the stream keeps fresh asks by itself: not at all, but while the stream is cut. */
export const useCutPoll = (): number | false => (useLive().connected ? false : CUT_POLL_MS);

/** Changes are gathered for a moment: a burst of calls is one question to the server, not fifty. */
const GATHER_MS = 400;

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

type Hearer = Readonly<{ tenantSlug: string; queries: QueryClient; onConnected: (connected: boolean) => void }>;

/** What a tab does with what the stream says of its tenant. */
function makeHearer({ tenantSlug, queries, onConnected }: Hearer) {
  const gather = makeGatherer(queries);
  let cutBefore = false;
  const hello = (data: string) => {
    const { build, tenants, refused, reload } = helloIn(data);
    cutBefore = false;
    onConnected(tenants.includes(tenantSlug));
    // What is drawn by the server says which build it is of.
    if (build && build !== document.documentElement.dataset["build"]) pageStanding.note({ older: true });
    pageStanding.note({ unseated: refused.includes(tenantSlug) });
    if (reload) void queries.invalidateQueries();
  };
  const ended = (data: string) => {
    const { why, tenants } = endIn(data);
    if (why === "session") sessionState.end();
    else if (tenants.includes(tenantSlug)) pageStanding.note({ unseated: true });
  };
  const down = () => {
    onConnected(false);
    // Twice in a row: perhaps it is refused because nobody is signed in any more, which any question finds out.
    if (cutBefore) gather.add(["me"]);
    cutBefore = true;
  };
  return {
    hear: ({ event, data }: Told) => {
      if (event === "changed") gather.add(pathsOf(kindsIn(data, tenantSlug)));
      else if (event === "hello") hello(data);
      else if (event === "ended") ended(data);
      else down();
    },
    stop: gather.stop,
  };
}

/**
 * Joins the browser's event stream for the tenant in the address. The stream carries no data, only what kind of thing
 * changed; the queries of that kind are asked again, with the permissions of this person.
 */
export function LiveProvider({ tenantSlug, children }: Readonly<{ tenantSlug: string; children: ReactNode }>) {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>({ connected: false, since: undefined });

  useEffect(() => {
    const hearer = makeHearer({
      tenantSlug,
      queries,
      onConnected: (connected) =>
        setState((before) => (before.connected === connected ? before : { connected, since: new Date() })),
    });
    const leave = joinLine(tenantSlug, hearer.hear);
    return () => {
      leave();
      hearer.stop();
    };
  }, [queries, tenantSlug]);

  return <LiveContext value={state}>{children}</LiveContext>;
}
