import "server-only";

import { dehydrate, HydrationBoundary, type QueryClient } from "@tanstack/react-query";
import { TRPCError } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { forbidden, notFound, redirect } from "next/navigation";
import { cache, type ReactNode } from "react";

import { Worded } from "@/app/_server/words";
import { makeQueryClient } from "@/components/api/query-client";
import { withParam } from "@/components/ui/search-params";
import { requestContext } from "@/server/api/request-context";
import { appRouter } from "@/server/api/root";
import { DomainError } from "@/server/kernel/errors";

const requestQueryClient = cache(makeQueryClient);

/** The procedures as queries, run here on the server with the person's own seat. */
export const api = createTRPCOptionsProxy({
  ctx: cache(requestContext),
  router: appRouter,
  queryClient: requestQueryClient,
});

/**
 * Loads queries for the page and hands the results to the client components under <Loaded>.
 * It runs the same procedures as the browser would, so the page needs no permission check of its own.
 */
export async function load<T>(fetch: (queries: QueryClient) => Promise<T>): Promise<T> {
  try {
    return await fetch(requestQueryClient());
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    if (error.code === "UNAUTHORIZED") redirect(await signInPath());
    // The sign-in says why, and until when.
    if (error.message === "banned") redirect("/sign-in");
    if (error.code === "NOT_FOUND") notFound();
    if (wantsFactor(error)) redirect(`/account?required=1&back=${encodeURIComponent(await askedPath())}`);
    if (error.code === "FORBIDDEN") forbidden();
    throw error;
  }
}

const wantsFactor = ({ cause }: TRPCError): boolean => cause instanceof DomainError && cause.code === "factor_required";

/** The sign-in, with the way back to the page that was asked for. */
async function signInPath(): Promise<string> {
  const path = await askedPath();
  return path ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in";
}

async function askedPath(): Promise<string> {
  const [path, search] = ((await headers()).get("x-ringfence-path") ?? "").split("?");
  if (!path) return "";
  const kept = withParam(new URLSearchParams(search), { _rsc: undefined });
  return kept ? `${path}?${kept}` : path;
}

export function Loaded({ children }: Readonly<{ children: ReactNode }>) {
  return (
    <Worded>
      <HydrationBoundary state={dehydrate(requestQueryClient())}>{children}</HydrationBoundary>
    </Worded>
  );
}
