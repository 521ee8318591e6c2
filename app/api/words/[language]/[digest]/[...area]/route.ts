import { wordsAt } from "@/server/infra/words/browser-words";
import { isSpoken } from "@/server/kernel/languages";

type Context = Readonly<{ params: Promise<{ language: string; digest: string; area: string[] }> }>;

/** The words of a page in one language. They are nobody's secret, and the address changes with them. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const { language, digest, area } = await params;
  const body = isSpoken(language) ? wordsAt(language, digest, area.join("/")) : undefined;
  if (body === undefined)
    return new Response("These words are not here any more: load the page again.", { status: 404 });
  return new Response(body, {
    headers: { "content-type": "application/json", "cache-control": "public, max-age=31536000, immutable" },
  });
}
