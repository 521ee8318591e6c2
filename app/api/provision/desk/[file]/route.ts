import { deskFile } from "@/server/api/provision-files";
import { requestContext } from "@/server/api/request-context";
import { provisionGate } from "@/server/auth/runtime";

type Params = { params: Promise<{ file: string }> };

/** A desk phone fetches its settings. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { file } = await params;
  return deskFile({ ...(await requestContext()), gate: provisionGate() }, file, request.headers);
}
