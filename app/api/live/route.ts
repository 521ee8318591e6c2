import { createLiveGate } from "@/server/api/live-gate";
import { liveStream, MOST_TENANTS, watchableOf } from "@/server/api/live-stream";
import { requestContext } from "@/server/api/request-context";
import { buildId } from "@/server/infra/web/build-id";
import { webServices } from "@/server/infra/web/services";

const gate = createLiveGate();

/**
 * A stream of what changed at the tenants named (`tenant`, once for each) and below them. Signed out 401, begun too often 429; of a name that
 * is absent or not yours it says nothing but that. `Last-Event-ID`, or `since` where the browser cannot send it, goes on
 * from there.
 */
export async function GET(request: Request): Promise<Response> {
  const { signedIn: session } = await requestContext();
  if (!session) return new Response("Sign in first.", { status: 401 });
  const refused = gate.refuse(session.userId);
  if (refused) return refused;
  const { db, hub } = webServices();
  const { searchParams } = new URL(request.url);
  const tenantSlugs = searchParams.getAll("tenant").slice(0, MOST_TENANTS);
  const since = request.headers.get("last-event-id") ?? searchParams.get("since") ?? undefined;
  const watched = await watchableOf(db, session, tenantSlugs);
  const asked = { session, tenantSlugs, since, signal: request.signal };
  return new Response(liveStream({ db, hub, build: buildId() }, watched, asked), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // Compressing or buffering would hold messages back.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
