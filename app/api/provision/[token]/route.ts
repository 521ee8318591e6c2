import { provisionLink } from "@/server/api/provision-files";
import { requestContext } from "@/server/api/request-context";
import { provisionGate } from "@/server/auth/runtime";

type Params = { params: Promise<{ token: string }> };

/** An app fetches its account. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { token } = await params;
  return provisionLink({ ...(await requestContext()), gate: provisionGate() }, token, request.headers);
}
