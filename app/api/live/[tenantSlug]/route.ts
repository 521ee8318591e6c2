import { liveStream, watchable } from "@/server/api/live-stream";
import { requestContext } from "@/server/api/request-context";
import { webServices } from "@/server/infra/web/services";

/** A stream of what changed for this tenant and those below it. Signed out 401; absent and not-yours alike 404. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ tenantSlug: string }> },
): Promise<Response> {
  const { tenantSlug } = await params;
  const { signedIn: session } = await requestContext();
  if (!session) return new Response("Sign in first.", { status: 401 });
  const { db, hub } = webServices();
  const tenantId = await watchable(db, session, tenantSlug);
  if (!tenantId) return new Response("There is nothing here by that name, or it is not yours.", { status: 404 });
  return new Response(liveStream({ db, hub }, tenantId, { session, tenantSlug, signal: request.signal }), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // Compressing or buffering would hold messages back.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
