import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";

import { isSecureUrl } from "@/server/auth/cookie";
import { isSameOrigin } from "@/server/auth/same-origin";
import { securityHeaders } from "@/server/auth/security-headers";
import { currentEnv } from "@/server/config/env";
import { hostIn } from "@/server/domain/brands/door";

/** Runs before every page and every procedure: who may ask, and what a browser may do with the answer. */
export function proxy(request: NextRequest): NextResponse {
  const env = currentEnv();
  const { method, headers } = request;
  if (!isSameOrigin({ method, headers, own: env.APP_URL })) {
    return new NextResponse("This request came from another site.", { status: 403 });
  }
  const nonce = randomBytes(16).toString("base64");
  const answer = securityHeaders({
    nonce,
    secure: isSecureUrl(env.APP_URL),
    house: hostIn(headers.get("host")) === new URL(env.APP_URL).hostname,
    development: env.NODE_ENV === "development",
    phoneUrl: env.BROWSER_PHONE_URL,
    picture: request.nextUrl.pathname.startsWith("/api/brand/"),
  });
  // The framework reads the nonce from the request and puts it on every script it writes.
  const passedOn = new Headers(headers);
  passedOn.set("x-nonce", nonce);
  // Pages send who is not signed in to the sign-in with the way back.
  passedOn.set("x-ringfence-path", `${request.nextUrl.pathname}${request.nextUrl.search}`);
  passedOn.set("content-security-policy", answer["content-security-policy"] ?? "");
  const response = NextResponse.next({ request: { headers: passedOn } });
  for (const [name, value] of Object.entries(answer)) response.headers.set(name, value);
  return response;
}

/** Files with a digest in their name need no check and no nonce. */
export const config = { matcher: ["/((?!_next/static|_next/image|favicon.ico).*)"] };
