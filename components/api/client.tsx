"use client";

import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import superjson from "superjson";

import { offlineLink } from "@/components/api/offline-link";
import { makeQueryClient } from "@/components/api/query-client";
import { reauthLink } from "@/components/api/reauth-link";
import type { AppRouter } from "@/server/api/root";

const trpcContext = createTRPCContext<AppRouter>();
export const useTRPC = trpcContext.useTRPC;
/** For what is asked outside of a query: a phone that rings, for example. */
export const useTRPCClient = trpcContext.useTRPCClient;

let inBrowser: QueryClient | undefined;
const queryClient = (): QueryClient => {
  if (typeof window === "undefined") return makeQueryClient();
  inBrowser ??= makeQueryClient();
  return inBrowser;
};

export function ApiProvider({ children }: Readonly<{ children: ReactNode }>) {
  const client = queryClient();
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [offlineLink, reauthLink, httpBatchLink({ url: "/api/trpc", transformer: superjson })],
    }),
  );
  return (
    <QueryClientProvider client={client}>
      <trpcContext.TRPCProvider queryClient={client} trpcClient={trpcClient}>
        {children}
      </trpcContext.TRPCProvider>
    </QueryClientProvider>
  );
}
