import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Context } from "@/server/api/context";
import { sweepBrowserPhones } from "@/server/domain/provisioning/browser-phones";
import type { SessionId, UserId } from "@/server/kernel/ids";
import { testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { everyRow, type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
const acme = { tenantSlug: "acme" };
let extensionId: string;
let sipUsername: string;
let calling = 600;

beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

beforeEach(async () => {
  calling += 1;
  const phone = await on.as("customer").extensions.create({ ...acme, number: String(calling), displayName: "Desk" });
  ({ id: extensionId, sipUsername } = phone);
});

/** Somebody with a sign-in that the database knows. */
async function signedIn(userId = on.owners.customer, more: Partial<Context> = {}) {
  const { id } = await on.one<{ id: SessionId }>(
    "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 hour') RETURNING id",
    [userId],
  );
  const person = { sessionId: id, userId: userId as UserId, email: "a@b.example", name: "A" };
  const signed = { ...person, authenticatedAt: new Date(), factorAt: null };
  return { sessionId: id, as: on.as({ userId }, { signedIn: signed, ...more }) };
}
/** What the telephone system finds when a phone of that name shows up. */
const asterisk = (name: string) =>
  on.sql(
    `SELECT e.accountcode, e.context, e.set_var, e.webrtc, a.password_digest, o.max_contacts FROM pbx.endpoints e
     JOIN pbx.auths a ON a.id = e.auth JOIN pbx.aors o ON o.id = e.aors WHERE e.id = $1`,
    [name],
  );
const rings = async () =>
  (await on.one<{ aors: string }>("SELECT aors FROM pbx.endpoints WHERE id = $1", [sipUsername])).aors.split(",");
const expire = (name: string) =>
  on.sql("UPDATE pbx.browser_phones SET expires_at = clock_timestamp() WHERE name = $1", [name]);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { message: string }) => error.message,
  );

describe("a phone in the browser", () => {
  test("is an endpoint of its own that calls as its extension and rings with it, for five minutes", async () => {
    const { as } = await signedIn();
    const phone = await as.browserPhone.open({ ...acme, extensionId });

    expect(phone).toMatchObject({ number: String(calling), displayName: "Desk", url: testSettings.browserPhoneUrl });
    expect(phone.iceServers).toEqual([
      { urls: ["stun:relay.test"] },
      {
        urls: ["turns:relay.test:443"],
        username: expect.stringContaining(`:${phone.name}`),
        credential: expect.any(String),
      },
    ]);
    expect(phone.name).toMatch(new RegExp(`^${sipUsername}\\.w[0-9a-f]{12}$`));
    const left = phone.expiresAt.getTime() - Date.now();
    expect(left).toBeGreaterThan(4 * 60_000);
    expect(left).toBeLessThanOrEqual(5 * 60_000 + 5_000);
    expect(await asterisk(phone.name)).toEqual([
      {
        accountcode: sipUsername,
        context: "ringfence-phone",
        set_var: "RF_EMERGENCY=-112-110-",
        webrtc: "yes",
        password_digest: `MD5:${phone.ha1Once}`,
        max_contacts: "1",
      },
    ]);
    expect(await rings()).toEqual([sipUsername, phone.name]);
  });

  test("is never the desk phone's secret, and its own credential is in the answer and nowhere but in the digest", async () => {
    const { as } = await signedIn();
    const before = await on.sql("SELECT password_digest FROM pbx.ps_auths WHERE id = $1", [sipUsername]);
    const [one, two] = [
      await as.browserPhone.open({ ...acme, extensionId }),
      await as.browserPhone.open({ ...acme, extensionId }),
    ];
    expect(one.ha1Once).not.toBe(two.ha1Once);
    expect(await on.sql("SELECT password_digest FROM pbx.ps_auths WHERE id = $1", [sipUsername])).toEqual(before);
    expect(await everyRow(db, ["public"])).not.toContain(one.ha1Once);
    const trail = await on.sql(
      "SELECT after FROM audit_event WHERE action = 'extension.open_browser_phone' ORDER BY seq",
    );
    expect(trail).toContainEqual({ after: { number: String(calling), phone: one.name } });
  });

  test("lives while its page gives signs of life, and not a moment longer", async () => {
    const { as } = await signedIn();
    const { name } = await as.browserPhone.open({ ...acme, extensionId });
    await on.sql(
      "UPDATE pbx.browser_phones SET expires_at = clock_timestamp() + interval '5 seconds' WHERE name = $1",
      [name],
    );
    const { until } = await as.browserPhone.alive({ ...acme, name });
    expect((until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(4 * 60_000);

    await expire(name);
    expect(await asterisk(name)).toEqual([]);
    expect(await rings()).toEqual([sipUsername]);
    // What is over stays over.
    expect(await as.browserPhone.alive({ ...acme, name })).toEqual({ until: null, iceServers: [] });
    expect(await asterisk(name)).toEqual([]);
  });

  test("what is over is swept, with where it was registered, and what is not stays", async () => {
    const { as } = await signedIn();
    const [over, runs] = [
      await as.browserPhone.open({ ...acme, extensionId }),
      await as.browserPhone.open({ ...acme, extensionId }),
    ];
    for (const { name } of [over, runs]) await register(name);
    expect(await contacts()).toEqual([over.name, runs.name].sort());
    await expire(over.name);
    expect(await sweepBrowserPhones(db.pool)).toBeGreaterThanOrEqual(1);
    expect(await contacts()).toEqual([runs.name]);
    expect(await on.sql("SELECT name FROM pbx.browser_phones WHERE extension_id = $1", [extensionId])).toEqual([
      { name: runs.name },
    ]);
  });

  test("is registered as its extension, at the browser's own address", async () => {
    const { as } = await signedIn(on.owners.customer, { address: "198.51.100.9" });
    const { name } = await as.browserPhone.open({ ...acme, extensionId });
    await register(name);
    const { registration } = await as.extensions.get({ ...acme, extensionId });
    expect(registration).toMatchObject({ address: "198.51.100.9" });
  });

  test("five at once: the oldest goes, also when many open at the same moment", async () => {
    const { as } = await signedIn();
    const opened = await Promise.all(Array.from({ length: 8 }, () => as.browserPhone.open({ ...acme, extensionId })));
    const last = await as.browserPhone.open({ ...acme, extensionId });
    const alive = await on.sql<{ name: string }>("SELECT name FROM pbx.live_browser_phones WHERE extension_id = $1", [
      extensionId,
    ]);
    expect(alive).toHaveLength(5);
    expect(alive.map(({ name }) => name)).toContain(last.name);
    expect(new Set(opened.map(({ name }) => name)).size).toBe(8);
  });

  test("closing takes one's own away, and nobody else's", async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    const { name } = await mine.as.browserPhone.open({ ...acme, extensionId });
    expect(await theirs.as.browserPhone.close({ ...acme, extensionId, name })).toEqual({ closed: false });
    expect(await theirs.as.browserPhone.alive({ ...acme, name })).toEqual({ until: null, iceServers: [] });
    expect(await asterisk(name)).toHaveLength(1);
    expect(await mine.as.browserPhone.close({ ...acme, extensionId, name })).toEqual({ closed: true });
    expect(await mine.as.browserPhone.close({ ...acme, extensionId, name })).toEqual({ closed: false });
    expect(await asterisk(name)).toEqual([]);
  });
});

describe("ends with", () => {
  const ends: Record<string, (of: { sessionId: SessionId }) => Promise<unknown>> = {
    "the sign-in": ({ sessionId }) => on.sql("UPDATE session SET revoked_at = now() WHERE id = $1", [sessionId]),
    "its extension's suspension": () => on.as("customer").extensions.suspend({ ...acme, extensionId }),
    "its extension": () => on.as("customer").extensions.delete({ ...acme, extensionId }),
    "the secret of its extension": () => on.as("customer").extensions.rotateSecret({ ...acme, extensionId }),
    "a stop of the extension's calls": () => block("extension"),
    "the tenant's suspension": () =>
      on.sql("UPDATE tenant SET state = 'suspended' WHERE id = $1", [on.customer.tenantId]),
    "an allow list that its browser is outside of": () =>
      on.as("customer").extensions.setAllowList({ ...acme, extensionId, networks: ["203.0.113.0/24"], cutOff: true }),
  };
  test.each(Object.keys(ends))("%s", async (name) => {
    const { as, sessionId } = await signedIn();
    const phone = await as.browserPhone.open({ ...acme, extensionId });
    expect(await asterisk(phone.name)).toHaveLength(1);
    await ends[name]?.({ sessionId });
    expect(await asterisk(phone.name)).toEqual([]);
    if (name === "the tenant's suspension") {
      await on.sql("UPDATE tenant SET state = 'active' WHERE id = $1", [on.customer.tenantId]);
    }
  });
});

describe("is refused", () => {
  test("to everybody outside of the tenant, and to who is above it", async () => {
    const other = await on.tenant("customer", on.reseller, { slug: `other${calling}` });
    const stranger = await signedIn(await on.person(other));
    expect(await codeOf(stranger.as.browserPhone.open({ ...acme, extensionId }))).toBe("not_found");
    const own = { tenantSlug: other.slug, extensionId };
    expect(await codeOf(stranger.as.browserPhone.open(own))).toBe("not_found");
    expect(await codeOf(stranger.as.browserPhone.callState({ ...own, dialled: "112", ageSeconds: 9 }))).toBe(
      "not_found",
    );
    for (const above of ["reseller", "operator"] as const) {
      const { as } = await signedIn(on.owners[above]);
      expect(await codeOf(as.browserPhone.open({ ...acme, extensionId }))).toBe("forbidden");
    }
    expect(await on.sql("SELECT FROM pbx.browser_phones WHERE extension_id = $1", [extensionId])).toEqual([]);
  });

  test.each(["viewer", "auditor", "billing"])("to a %s", async (role) => {
    const { as } = await signedIn(await on.person(on.customer, role));
    expect(await codeOf(as.browserPhone.open({ ...acme, extensionId }))).toBe("forbidden");
  });

  test("while the extension is suspended or stopped, or its list leaves the browser out", async () => {
    const { as } = await signedIn();
    const open = () => codeOf(as.browserPhone.open({ ...acme, extensionId }));
    await as.extensions.suspend({ ...acme, extensionId });
    expect(await open()).toBe("invalid_state");
    await as.extensions.resume({ ...acme, extensionId });
    await as.extensions.setAllowList({ ...acme, extensionId, networks: ["203.0.113.0/24"], cutOff: true });
    expect(await open()).toBe("forbidden");
    await as.extensions.setAllowList({ ...acme, extensionId, networks: ["192.0.2.0/24"], cutOff: true });
    expect(await open()).toBe("done");
    await block("extension");
    expect(await open()).toBe("invalid_state");
  });

  test("where no such phone is set up", async () => {
    const settings = { ...testSettings, browserPhoneUrl: null };
    const { as } = await signedIn(on.owners.customer, { settings });
    expect(await as.browserPhone.place(acme)).toEqual({ url: null });
    expect(await codeOf(as.browserPhone.open({ ...acme, extensionId }))).toBe("invalid_state");
  });

  test("a suspension and an opening at the same moment leave no phone behind", async () => {
    const { as } = await signedIn();
    const [opened] = await Promise.all([
      as.browserPhone.open({ ...acme, extensionId }).catch(() => undefined),
      as.extensions.suspend({ ...acme, extensionId }),
    ]);
    expect(await asterisk(opened?.name ?? "")).toEqual([]);
    expect(await rings()).toEqual([sipUsername]);
  });
});

const register = (name: string) =>
  on.sql(
    "INSERT INTO pbx.ps_contacts (id, uri, endpoint, user_agent, expiration_time) VALUES ($1, $2, $3, 'Browser', $4)",
    [
      randomUUID(),
      `sip:${randomUUID().slice(0, 8)}@127.0.0.1:40000;transport=ws`,
      name,
      String(Math.floor(Date.now() / 1_000) + 120),
    ],
  );
const contacts = async () =>
  (
    await on.sql<{ endpoint: string }>("SELECT endpoint FROM pbx.ps_contacts WHERE endpoint LIKE $1 ORDER BY 1", [
      `${sipUsername}.%`,
    ])
  ).map(({ endpoint }) => endpoint);
const block = (kind: "extension") =>
  on.sql("INSERT INTO block (tenant_id, kind, extension_id, placed_by, person_id) VALUES ($1, $2, $3, $4, $5)", [
    on.customer.tenantId,
    kind,
    extensionId,
    on.operator.tenantId,
    on.owners.operator,
  ]);
