import { evidenceFile } from "@/server/api/evidence-file";
import { requestContext } from "@/server/api/request-context";

type Params = { params: Promise<{ tenantSlug: string; number: string }> };

/** A snapshot of evidence as a ZIP. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  return evidenceFile(await requestContext(), { ...(await params), headers: request.headers });
}
