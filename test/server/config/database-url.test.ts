import { expect, test } from "vitest";

import { appUrl, asteriskCredentials, loginPasswords, migrateUrl, rolePassword } from "@/server/config/database-url";

const AUTH_SECRET = "0123456789abcdef0123456789abcdef";
const owner = { AUTH_SECRET, DATABASE_URL: "postgres://owner:p%40ss@db.test:6000/ring?sslmode=require" };

test("the app connects as portal_app with a derived password, keeping host, database and options", () => {
  const url = new URL(appUrl(owner));
  expect(url.username).toBe("portal_app");
  expect(url.password).toBe(rolePassword(AUTH_SECRET, "portal_app"));
  expect(url.password).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(`${url.host}${url.pathname}${url.search}`).toBe("db.test:6000/ring?sslmode=require");
  expect(migrateUrl(owner)).toBe(owner.DATABASE_URL);
});

test("a URL that names portal_app is used as it is", () => {
  const DATABASE_URL = "postgres://portal_app:own%2Fpw@db.test/ring";
  const env = { AUTH_SECRET, DATABASE_URL, DATABASE_MIGRATE_URL: "postgres://owner:x@db.test/ring" };
  expect(appUrl(env)).toBe(DATABASE_URL);
  expect(migrateUrl(env)).toBe(env.DATABASE_MIGRATE_URL);
  expect(loginPasswords(env)).toEqual({ portal_app: "own/pw", asterisk: rolePassword(AUTH_SECRET, "asterisk") });
});

test("Asterisk's credentials are plain fields, with a password of its own", () => {
  const credentials = asteriskCredentials(owner);
  expect(credentials).toMatchObject({ host: "db.test", port: 6000, database: "ring", user: "asterisk" });
  expect(credentials.password).not.toBe(rolePassword(AUTH_SECRET, "portal_app"));
  expect(asteriskCredentials({ AUTH_SECRET, DATABASE_URL: "postgres://o@[::1]/x" })).toMatchObject({
    host: "::1",
    port: 5432,
  });
});
