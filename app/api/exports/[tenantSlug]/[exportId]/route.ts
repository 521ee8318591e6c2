import { exportFile } from "@/server/api/export-file";
import { requestContext } from "@/server/api/request-context";

type Params = { params: Promise<{ tenantSlug: string; exportId: string }> };

/** A file that was asked for, packed with `?packed`. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const packed = new URL(request.url).searchParams.has("packed");
  return exportFile(await requestContext(), { ...(await params), packed, headers: request.headers });
}
