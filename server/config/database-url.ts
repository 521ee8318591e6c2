import { createHmac } from "node:crypto";

import type { Env } from "./env";

type Urls = Pick<Env, "DATABASE_URL" | "DATABASE_MIGRATE_URL" | "AUTH_SECRET">;

/** The roles that log in besides the owner. Each has a password of its own, none of them stored anywhere. */
export type LoginRole = "portal_app" | "asterisk";

export type DatabaseCredentials = Readonly<{
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}>;

/** Derived, so that web, workers, Asterisk and the migration agree without a second secret to carry around. */
export const rolePassword = (authSecret: string, role: LoginRole): string =>
  createHmac("sha256", authSecret).update(role).digest("base64url").slice(0, 32);

/** Where the schema's owner connects: migrations and seeds only. */
export const migrateUrl = (env: Urls): string => env.DATABASE_MIGRATE_URL ?? env.DATABASE_URL;

/** Where web and workers connect: always as portal_app, which row security binds. */
export function appUrl(env: Urls): string {
  const url = new URL(env.DATABASE_URL);
  if (decodeURIComponent(url.username) === "portal_app") return env.DATABASE_URL;
  url.username = "portal_app";
  url.password = rolePassword(env.AUTH_SECRET, "portal_app");
  return url.href;
}

/** What Asterisk logs in with: a role that sees the realtime tables and nothing else. */
export function asteriskCredentials(env: Urls): DatabaseCredentials {
  const url = new URL(env.DATABASE_URL);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: "asterisk",
    password: rolePassword(env.AUTH_SECRET, "asterisk"),
  };
}

/** The passwords that the migration gives to the login roles: portal_app keeps the one its URL names. */
export const loginPasswords = (env: Urls): Readonly<Record<LoginRole, string>> => ({
  portal_app: decodeURIComponent(new URL(appUrl(env)).password),
  asterisk: asteriskCredentials(env).password,
});
