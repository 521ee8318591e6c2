import { requestContext } from "@/server/api/request-context";
import { statementFile } from "@/server/api/statement-file";

type Params = { params: Promise<{ tenantSlug: string; number: string; format: string }> };

/** A statement as PDF or CSV, as it was issued. */
export async function GET(_request: Request, { params }: Params): Promise<Response> {
  return statementFile(await requestContext(), await params);
}
