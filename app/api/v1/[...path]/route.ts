import { requestContext } from "@/server/api/request-context";
import { restDoor } from "@/server/api/rest/door";

type Params = { params: Promise<{ path: string[] }> };

/** The API for programs; which address does what stands in server/api/rest. */
async function answer(request: Request, { params }: Params): Promise<Response> {
  return restDoor(await requestContext(), request, (await params).path);
}

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST };
