import { provisionLink } from "@/server/api/provision-files";
import { requestContext } from "@/server/api/request-context";
import { provisionGate } from "@/server/auth/runtime";

type Params = { params: Promise<{ token: string }> };

/** Asking for the head only would use the link up and give nothing. */
export const HEAD = (): Response => new Response(null, { status: 405, headers: { allow: "GET" } });

/** An app fetches its account. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { token } = await params;
  return provisionLink({ ...(await requestContext()), gate: provisionGate() }, token, request.headers);
}
