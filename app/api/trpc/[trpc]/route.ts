import { fetchRequestHandler } from "@trpc/server/adapters/fetch";

import { requestContext } from "@/server/api/request-context";
import { appRouter } from "@/server/api/root";

const MOST_BYTES = 1_000_000;
const MOST_IN_A_BATCH = 30;

function handler(request: Request): Promise<Response> | Response {
  const { pathname } = new URL(request.url);
  const tooLong = Number(request.headers.get("content-length") ?? 0) > MOST_BYTES;
  if (tooLong || pathname.split(",").length > MOST_IN_A_BATCH) return new Response("Too large.", { status: 413 });
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: requestContext,
    responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
  });
}

export { handler as GET, handler as POST };
