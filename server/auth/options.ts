import { randomUUID } from "node:crypto";

import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { z } from "zod";

import { addressOf } from "@/server/auth/address";
import { isSecureUrl, SESSION_HOURS, sessionCookieName } from "@/server/auth/cookie";
import { signInAttempts } from "@/server/auth/runtime";
import { signIn, signInWithPasskey } from "@/server/auth/sign-in";
import { tellNextAuth } from "@/server/config/next-auth-url";
import { doorOf } from "@/server/domain/brands/door";
import { passkeyAnswerSchema } from "@/server/domain/people/factor.schema";
import { factorKeysOf } from "@/server/domain/people/seal.rules";
import { checkSession, signOut } from "@/server/domain/tenancy/sessions";
import { webServices } from "@/server/infra/web/services";
import { DomainError } from "@/server/kernel/errors";

const credentialsSchema = z.object({
  email: z.string().trim().toLowerCase().min(3).max(254),
  password: z.string().min(1).max(200),
  /** Of the second step. */
  code: z.string().trim().max(40).optional(),
});

/** A passkey's answer, as JSON: the library passes on texts only. */
const passkeySchema = z
  .object({ passkey: z.string().max(60_000) })
  .transform(({ passkey }, context) => {
    try {
      return JSON.parse(passkey) as unknown;
    } catch {
      context.issues.push({ code: "custom", input: passkey, message: "Not JSON." });
      return z.NEVER;
    }
  })
  .pipe(passkeyAnswerSchema);

type Headers = Readonly<Record<string, string | undefined>>;

/** The library hands the message to the form, which then asks for the code. */
class SecondStepError extends Error {}

async function authorize(given: unknown, headers: Headers) {
  const byPasskey = passkeySchema.safeParse(given);
  const parsed = credentialsSchema.safeParse(given);
  if (!byPasskey.success && !parsed.success) return null;
  const { db, log, env } = webServices();
  const from = {
    address: addressOf(headers["x-forwarded-for"]),
    userAgent: headers["user-agent"] ?? "",
    requestId: randomUUID(),
  };
  try {
    const house = env.APP_URL.replace(/\/$/, "");
    const door = await doorOf(db, headers["host"], house);
    const appUrl = door?.url ?? house;
    // Without a mail server what is written today would be sent when nobody needs it any more.
    const notify = env.SMTP_URL ? { appUrl } : undefined;
    const keys = factorKeysOf(env.AUTH_SECRET);
    const deps = { db, attempts: signInAttempts(), notify, keys, appUrl, within: door?.tenantId };
    const done = byPasskey.success
      ? ((await signInWithPasskey(deps, byPasskey.data, from)) ?? "passkey_wrong")
      : parsed.data && (await signIn(deps, parsed.data, from));
    if (typeof done === "string") throw new SecondStepError(done);
    return done ? { id: done.userId, sessionId: done.sessionId } : null;
  } catch (error) {
    if (error instanceof SecondStepError) throw error;
    if (error instanceof DomainError && error.code === "rate_limited") {
      // The library hands this text to the form, which reads the seconds from it.
      throw new Error(`rate_limited:${error.detail["seconds"]}`);
    }
    if (error instanceof DomainError && error.code === "banned") {
      throw new Error(`banned:${error.detail["until"]}:${error.detail["reason"]}`);
    }
    log.error({ error, requestId: from.requestId }, "signing in failed");
    throw new Error("internal");
  }
}

/** Signing out ends the session itself, so a copy of the cookie is worth nothing afterwards. */
async function endSession(sessionId: unknown): Promise<void> {
  const { db } = webServices();
  const session = typeof sessionId === "string" ? await checkSession(db, sessionId) : undefined;
  if (!session) return;
  await signOut(db, session, { kind: "user", id: session.userId, userId: session.userId, requestId: randomUUID() });
}

/** Built per request: `next build` loads this file where there is no environment. */
export function authOptions(): NextAuthOptions {
  const { env, log } = webServices();
  tellNextAuth(env);
  const secure = isSecureUrl(env.APP_URL);
  const cookie = { httpOnly: true, sameSite: "lax", path: "/", secure } as const;
  return {
    secret: env.AUTH_SECRET,
    useSecureCookies: secure,
    session: { strategy: "jwt", maxAge: SESSION_HOURS * 3_600 },
    jwt: { maxAge: SESSION_HOURS * 3_600 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookieName(secure), options: cookie } },
    logger: {
      error: (code, metadata) => log.error({ code, metadata }, "next-auth"),
      warn: (code) => log.debug({ code }, "next-auth"),
      debug: () => {},
    },
    providers: [
      CredentialsProvider({
        credentials: { email: {}, password: {}, code: {}, passkey: {} },
        authorize: (given, request) => authorize(given, request.headers ?? {}),
      }),
    ],
    callbacks: {
      // Nothing but the session's id travels: who that is and what they may do is read from the database each time.
      jwt: ({ token, user }) => {
        const sessionId = user ? (user as { sessionId?: string }).sessionId : token["sessionId"];
        return typeof sessionId === "string" ? { sessionId } : {};
      },
      session: async ({ session, token }) => {
        const live =
          typeof token["sessionId"] === "string" ? await checkSession(webServices().db, token["sessionId"]) : undefined;
        return live
          ? { expires: session.expires, user: { email: live.email, name: live.name } }
          : { expires: session.expires };
      },
    },
    events: { signOut: ({ token }) => endSession(token?.["sessionId"]) },
  };
}
