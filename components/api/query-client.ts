import { defaultShouldDehydrateQuery, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";

import { refusalOf } from "@/components/api/refusal";
import { sessionState } from "@/components/api/session-state";

const noteSession = (error: Error): void => {
  if (refusalOf(error).code === "unauthenticated") sessionState.end();
};

/** superjson on both sides: money crosses the wire as bigint, times as Date. */
export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: noteSession }),
    mutationCache: new MutationCache({ onError: noteSession }),
    defaultOptions: {
      // The live stream says when something changed; until then what was loaded stays.
      queries: { staleTime: 30_000, retry: false },
      // A change goes out now or is refused now; none waits for the connection and then happens by itself.
      mutations: { networkMode: "always" },
      dehydrate: {
        serializeData: superjson.serialize,
        shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === "pending",
      },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
