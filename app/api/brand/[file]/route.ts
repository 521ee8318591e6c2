import { logoFile } from "@/server/api/shown-brand";

type Params = { params: Promise<{ file: string }> };

/** A logo by the name of its file. */
export async function GET(_request: Request, { params }: Params): Promise<Response> {
  return logoFile((await params).file);
}
