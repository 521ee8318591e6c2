import { type NextRequest, NextResponse } from "next/server";

import { pathHere } from "@/components/sign-in/safe-path";
import { LANGUAGE_COOKIE } from "@/server/infra/words/speaking";
import { isSpoken } from "@/server/kernel/languages";

const YEAR_SECONDS = 365 * 24 * 60 * 60;
type Context = Readonly<{ params: Promise<{ language: string }> }>;

/** Lets this browser speak a language, and goes on to a page of ours. It changes nothing but how the portal reads here. */
export async function GET(request: NextRequest, { params }: Context): Promise<Response> {
  const { language } = await params;
  if (!isSpoken(language)) return new Response("This portal does not speak that language.", { status: 404 });
  const back = pathHere(request.nextUrl.searchParams.get("back"));
  const answer = new NextResponse(null, { status: 303, headers: { location: back, "cache-control": "no-store" } });
  answer.cookies.set(LANGUAGE_COOKIE, language, { path: "/", maxAge: YEAR_SECONDS, sameSite: "lax", httpOnly: true });
  return answer;
}
