import { requestContext } from "@/server/api/request-context";
import { openApi } from "@/server/api/rest/openapi";

/** The document of the API, for whoever asks: it holds nothing of anybody. */
export async function GET(): Promise<Response> {
  const { settings } = await requestContext();
  return Response.json(openApi(settings.appUrl), { headers: { "cache-control": "public, max-age=300" } });
}
