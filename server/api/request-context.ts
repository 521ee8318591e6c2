import "server-only";

import { randomUUID } from "node:crypto";
import { cookies, headers } from "next/headers";

import type { Context } from "@/server/api/context";
import { addressOf } from "@/server/auth/address";
import { isSecureUrl, sessionCookieName } from "@/server/auth/cookie";
import { refusalBook, signInAttempts } from "@/server/auth/runtime";
import { readSession, sessionAt } from "@/server/auth/session";
import { webBanOf } from "@/server/domain/bans/web-ban";
import { doorOf } from "@/server/domain/brands/door";
import { webhookKeyOf } from "@/server/domain/notifications/signature.rules";
import { factorKeysOf } from "@/server/domain/people/seal.rules";
import { voucherKeyOf } from "@/server/domain/vouchers/voucher-code.rules";
import { webServices } from "@/server/infra/web/services";

/** Built once per request, for the HTTP handler and for server components alike. */
export async function requestContext(): Promise<Context> {
  const { env, db, log, live, payments, lookupTxt } = webServices();
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const requestId = randomUUID();
  const cookie = jar.get(sessionCookieName(isSecureUrl(env.APP_URL)))?.value;
  const address = addressOf(sent.get("x-forwarded-for"));
  const houseUrl = env.APP_URL.replace(/\/$/, "");
  const [ban, session, door] = await Promise.all([
    webBanOf(db, address),
    readSession(db, cookie, env.AUTH_SECRET),
    doorOf(db, sent.get("host"), houseUrl),
  ]);
  const signedIn = await sessionAt(db, session, door);
  return {
    db,
    attempts: signInAttempts(),
    signedIn: ban ? undefined : signedIn,
    ban,
    door,
    lookupTxt,
    requestId,
    address,
    log,
    refusals: refusalBook(),
    payments,
    publish: live.publish,
    settings: {
      appUrl: door?.url ?? houseUrl,
      houseUrl,
      approvalLimit: env.TOP_UP_APPROVAL_LIMIT,
      reauthAbove: env.REAUTH_ABOVE,
      factorKeys: factorKeysOf(env.AUTH_SECRET),
      voucherKey: voucherKeyOf(env.AUTH_SECRET),
      webhookKey: webhookKeyOf(env.AUTH_SECRET),
      sipDomain: env.SIP_DOMAIN,
      sipPort: env.SIP_PORT,
      sipTransport: env.SIP_TRANSPORT,
      acrobitsCloudId: env.ACROBITS_CLOUD_ID,
      zoiperProviderId: env.ZOIPER_PROVIDER_ID,
      browserPhoneUrl: env.BROWSER_PHONE_URL ?? null,
      relays: env.TURN_URLS && { urls: env.TURN_URLS, secret: env.TURN_SECRET ?? "" },
      mailGoesOut: env.SMTP_URL !== undefined,
    },
  };
}
