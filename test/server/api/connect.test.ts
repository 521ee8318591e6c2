import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { deskFile, type ProvisionContext, provisionLink } from "@/server/api/provision-files";
import { createProvisionGate } from "@/server/auth/provision-gate";
import { createLogger } from "@/server/infra/log/logger";
import { contextFor } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";
import { wipeProvisioning } from "@/workers/processors/wipe-provisioning";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };
const mac = "80:5E:C0:12:34:56";
const noBound = { begin: async () => 0, succeeded: async () => {} };
let nextNumber = 300;
let phone: { id: string; sipUsername: string; secretOnce: string };

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());
beforeEach(async () => {
  nextNumber += 1;
  phone = await on
    .as("customer")
    .extensions.create({ ...acme, number: String(nextNumber), displayName: 'A "B" & <C>' });
});

const at = (more: Partial<ProvisionContext> = {}): ProvisionContext => ({
  ...contextFor(db.app, undefined),
  gate: noBound,
  ...more,
});
const agent = (userAgent: string, more: Record<string, string> = {}) =>
  new Headers({ "user-agent": userAgent, ...more });
const open = (url: string, more: Partial<ProvisionContext> = {}) =>
  provisionLink(at(more), url.split("/").at(-1) ?? "", agent("LinphoneAndroid/5.2.0"));
const makeLink = (devices: 1 | 3 = 1) =>
  on.as("customer").connect.makeLink({ ...acme, extensionId: phone.id, secret: phone.secretOnce, devices });
const everythingOf = async (response: Response) => ({
  status: response.status,
  headers: [...response.headers],
  text: await response.text(),
});
const trail = (action: string) =>
  on.sql<{ actor_kind: string; after: Record<string, unknown>; subject: string }>(
    "SELECT actor_kind, after, subject FROM audit_event WHERE tenant_id = $1 AND action = $2 ORDER BY seq",
    [on.customer.tenantId, action],
  );

describe("a link", () => {
  test("gives an app its account once, as a digest, and says who used it", async () => {
    const { urlOnce, expiresAt, id } = await makeLink();
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(9 * 60_000);
    const response = await open(urlOnce);
    const ha1 = createHash("md5").update(`${phone.sipUsername}:ringfence:${phone.secretOnce}`).digest("hex");
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toMatch(/^application\/xml/);
    expect(text).toContain(`overwrite="true">${ha1}<`);
    expect(text).toContain(`<entry name="username" overwrite="true">${phone.sipUsername}</entry>`);
    expect(text).not.toContain(phone.secretOnce);

    expect((await open(urlOnce)).status).toBe(404);
    const { items } = await on.as("customer").connect.links({ ...acme, extensionId: phone.id });
    expect(items).toMatchObject([
      { id, devices: 1, uses: [{ address: "192.0.2.10", userAgent: "LinphoneAndroid/5.2.0" }] },
    ]);
    expect(await trail("extension.use_link")).toMatchObject([
      { actor_kind: "anonymous", subject: `extension:${phone.id}`, after: { link: id } },
    ]);
  });

  test("for three devices works three times, whoever comes together", async () => {
    const { urlOnce } = await makeLink(3);
    const answers = await Promise.all(Array.from({ length: 8 }, () => open(urlOnce)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 404, 404, 404, 404, 404]);
  });

  test("of every wrong kind gets one and the same answer", async () => {
    const [used, revoked, past, stale] = [await makeLink(), await makeLink(), await makeLink(), await makeLink()];
    await open(used.urlOnce);
    await on.as("customer").connect.revokeLink({ ...acme, linkId: revoked.id });
    await on.sql("UPDATE provision_link SET expires_at = now() WHERE id = $1", [past.id]);
    const wrong = await everythingOf(await open(`/api/provision/${"a".repeat(43)}`));
    for (const { urlOnce } of [used, revoked, past]) expect(await everythingOf(await open(urlOnce))).toEqual(wrong);
    for (const odd of ["x", "%00", "desk", "../../x", "a".repeat(5_000)]) {
      expect(await everythingOf(await provisionLink(at(), odd, agent("x")))).toEqual(wrong);
    }
    const ban = { expiresAt: new Date(), reason: "x" } as never;
    expect(await everythingOf(await open(stale.urlOnce, { ban }))).toEqual(wrong);
    await on.as("customer").extensions.rotateSecret({ ...acme, extensionId: phone.id });
    expect(await everythingOf(await open(stale.urlOnce))).toEqual(wrong);
  });

  test("is made only by whoever knows the secret that holds", async () => {
    const refused = on.as("customer").connect.makeLink({
      ...acme,
      extensionId: phone.id,
      secret: "abcdefghjkmnpqrstuvwxyz234",
      devices: 1,
    });
    await expect(refused).rejects.toMatchObject({ message: "secret_stale" });
    await on.as("customer").extensions.rotateSecret({ ...acme, extensionId: phone.id });
    await expect(makeLink()).rejects.toMatchObject({ message: "secret_stale" });
  });

  test("stands nowhere: no token, no secret, no digest of it in any row or line of the log", async () => {
    const written: string[] = [];
    const destination = { write: (line: string) => void written.push(line) };
    const log = createLogger({ name: "test", level: "trace", destination });
    const as = on.as("customer", { log });
    const { urlOnce } = await as.connect.makeLink({
      ...acme,
      extensionId: phone.id,
      secret: phone.secretOnce,
      devices: 3,
    });
    await as.connect
      .makeLink({ ...acme, extensionId: phone.id, secret: phone.secretOnce, devices: 2 as never })
      .catch(() => {});
    await open(urlOnce, { log });
    const token = urlOnce.split("/").at(-1) ?? "";
    const ha1 = createHash("md5").update(`${phone.sipUsername}:ringfence:${phone.secretOnce}`).digest("hex");
    const everything = [await everyRow(db, ["public"]), ...written].join("\n");
    for (const secret of [token, phone.secretOnce, ha1]) expect(everything).not.toContain(secret);
  });

  test("that is over leaves nothing sealed behind", async () => {
    const { id } = await makeLink();
    await on.sql("UPDATE provision_link SET expires_at = now() WHERE id = $1", [id]);
    await wipeProvisioning({}, { pool: db.pool } as never);
    expect(await on.sql("SELECT sealed FROM provision_link WHERE id = $1", [id])).toEqual([{ sealed: null }]);
  });

  test("cannot be looked for: twenty wrong ones from one place, and it has to wait; others need not", async () => {
    const gate = createProvisionGate({ secret: "a".repeat(32), sql: db.pool });
    const { urlOnce } = await makeLink(3);
    const guess = (address: string) => provisionLink(at({ gate, address }), "b".repeat(43), agent("x"));
    for (let n = 0; n < 20; n += 1) expect((await guess("198.51.100.7")).status).toBe(404);
    const refused = await open(urlOnce, { gate, address: "198.51.100.7" });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await open(urlOnce, { gate, address: "198.51.100.8" })).status).toBe(200);
  });
});

describe("a desk phone", () => {
  const add = (more: { vendor?: "yealink" | "snom" | "grandstream"; mac?: string } = {}) =>
    on.as("customer").connect.addDeskPhone({
      ...acme,
      extensionId: phone.id,
      vendor: "yealink",
      mac,
      secret: phone.secretOnce,
      ...more,
    });
  type Login = { login: string; passwordOnce: string };
  const basic = ({ login, passwordOnce }: Login) =>
    `Basic ${Buffer.from(`${login}:${passwordOnce}`).toString("base64")}`;
  const fetchFile = (name: string, login?: Login, more: Partial<ProvisionContext> = {}) =>
    deskFile(at(more), name, agent("Yealink SIP-T46U", login ? { authorization: basic(login) } : {}));
  const listed = async () => (await on.as("customer").connect.deskPhones({ ...acme, extensionId: phone.id })).items;
  beforeEach(() => on.sql("DELETE FROM desk_phone"));

  test("is asked who it is, gets its secret once, and later its settings without", async () => {
    const login = await add();
    const asked = await fetchFile("805ec0123456.cfg");
    expect(asked.status).toBe(401);
    expect(asked.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect(await listed()).toMatchObject([{ mac: "805ec0123456", waits: true, lastFetchAt: null }]);

    expect(await (await fetchFile("y000000000108.cfg", login)).text()).toBe("#!version:1.0.0.1\n");
    const first = await (await fetchFile("805EC0123456.cfg", login)).text();
    expect(first).toContain(`account.1.password = ${phone.secretOnce}\n`);
    // While it starts it asks twice; from elsewhere it gets no second copy.
    expect(await (await fetchFile("805ec0123456.cfg", login)).text()).toBe(first);
    const elsewhere = await (await fetchFile("805ec0123456.cfg", login, { address: "198.51.100.7" })).text();
    expect(elsewhere).not.toContain("password");
    const again = await (await fetchFile("805ec0123456.cfg", login)).text();
    expect(again).toBe(elsewhere);
    expect(again).toContain(`account.1.user_name = ${phone.sipUsername}\n`);
    expect(await listed()).toMatchObject([
      { waits: false, lastAddress: "192.0.2.10", lastUserAgent: "Yealink SIP-T46U", refused: 0 },
    ]);
    expect((await trail("extension.fetch_settings")).map(({ after }) => after["secret"])).toEqual([
      "handed out",
      "handed out",
      "kept back",
    ]);
  });

  test("gets its secret no more ten minutes after the first fetch, and none is left", async () => {
    const login = await add();
    await fetchFile("805ec0123456.cfg", login);
    await on.sql("UPDATE desk_phone SET first_fetch_at = now() - interval '11 minutes'");
    await wipeProvisioning({}, { pool: db.pool } as never);
    expect(await on.sql("SELECT sealed FROM desk_phone")).toEqual([{ sealed: null }]);
    expect(await (await fetchFile("805ec0123456.cfg", login)).text()).not.toContain("password");
  });

  test("with a wrong password is refused, which its extension shows once a minute", async () => {
    const login = await add();
    await fetchFile("805ec0123456.cfg", login);
    for (let n = 0; n < 3; n += 1) {
      const wrong = await fetchFile("805ec0123456.cfg", { ...login, passwordOnce: "abcdefgh" });
      expect(wrong.status).toBe(401);
    }
    expect((await fetchFile("805ec0ffffff.cfg", login)).status).toBe(404);
    const { events } = await on.as("customer").extensions.get({ ...acme, extensionId: phone.id });
    expect(events.map(({ type }) => type)).toEqual(["SettingsRefused"]);
    expect(await listed()).toMatchObject([{ refused: 4 }]);
  });

  test("answers an unknown name as a wrong password", async () => {
    const login = await add();
    const wrong = await everythingOf(await fetchFile("805ec0123456.cfg", { ...login, passwordOnce: "abcdefgh" }));
    const unknown = { login: "pabcdefghjkm", passwordOnce: "abcdefgh" };
    expect(await everythingOf(await fetchFile("805ec0123456.cfg", unknown))).toEqual(wrong);
  });

  test("gets its own maker's form only", async () => {
    const snom = await add({ vendor: "snom" });
    expect((await fetchFile("805ec0123456.cfg", snom)).status).toBe(404);
    const text = await (await fetchFile("snomD785-805EC0123456.htm", snom)).text();
    expect(text).toContain('<user_realname idx="1" perm="">A &quot;B&quot; &amp; &lt;C&gt;</user_realname>');
  });

  test("is set up anew for the same extension, and not for another", async () => {
    const [before, after] = [await add(), await add({ vendor: "grandstream" })];
    expect((await fetchFile("805ec0123456.cfg", before)).status).toBe(401);
    expect((await fetchFile("cfg805ec0123456.xml", after)).status).toBe(200);
    expect(await listed()).toHaveLength(1);
    const other = await on.as("customer").extensions.create({ ...acme, number: "299", displayName: "Other" });
    const taken = on.as("customer").connect.addDeskPhone({
      ...acme,
      extensionId: other.id,
      vendor: "snom",
      mac,
      secret: other.secretOnce,
    });
    await expect(taken).rejects.toMatchObject({ message: "mac_taken" });
    await on.as("customer").extensions.delete({ ...acme, extensionId: other.id });
  });

  test("waits for nothing after the secret was rotated, and for nobody once removed", async () => {
    const login = await add();
    await on.as("customer").extensions.rotateSecret({ ...acme, extensionId: phone.id });
    expect(await (await fetchFile("805ec0123456.cfg", login)).text()).not.toContain("password");
    const [one] = await listed();
    await on.as("customer").connect.removeDeskPhone({ ...acme, deskPhoneId: one?.id ?? "" });
    expect((await fetchFile("805ec0123456.cfg", login)).status).toBe(401);
  });

  test.each(["805ec012345", "80:5e:c0:12:34:5g", "000000000000", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff"])(
    "%s is no phone's address",
    (wrong) => expect(add({ mac: wrong })).rejects.toMatchObject({ message: "invalid_input" }),
  );
});
