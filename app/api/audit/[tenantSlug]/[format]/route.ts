import { auditFile } from "@/server/api/audit-file";
import { requestContext } from "@/server/api/request-context";

type Params = { params: Promise<{ tenantSlug: string; format: string }> };

/** The audit trail as CSV or JSON lines, narrowed like the page. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  return auditFile(await requestContext(), { ...(await params), search: new URL(request.url).searchParams });
}
