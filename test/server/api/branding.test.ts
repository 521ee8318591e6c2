import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCaller } from "@/server/api/root";
import { createAttempts } from "@/server/auth/attempts";
import { hashPassword } from "@/server/auth/passwords";
import { signIn } from "@/server/auth/sign-in";
import { type Door, doorOf, isPersonWithin } from "@/server/domain/brands/door";
import { logoNamed } from "@/server/domain/brands/logos";
import { factorKeysOf } from "@/server/domain/people/seal.rules";
import { createTxtLookup } from "@/server/infra/dns/txt";
import type { UserId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { contextFor, testSettings } from "@/test/support/caller";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { startDns } from "@/test/support/dns";
import { pngOf } from "@/test/support/png";

const SECRET = "s".repeat(32);
const PASSWORD = "wander tall copper minute";
const HOUSE = testSettings.houseUrl;
const ours = { tenantSlug: "ours" };
const quay = { name: "Quay", colour: "#ffcc00", senderName: null, replyTo: null, seen: "" };

let db: TestDatabase;
let branches: Branches;
let dns: Awaited<ReturnType<typeof startDns>>;
let people: Record<"operator" | "ours" | "theirs" | "inside" | "far", string>;
beforeAll(async () => {
  [db, dns] = await Promise.all([createDatabase(), startDns()]);
  branches = await makeBranches(db);
  const { operator, reseller, theirs, customer, far } = branches;
  const seats = [operator, reseller, theirs, customer, far].map((of) => branches.seat(of, "owner"));
  const [top = "", us = "", them = "", inside = "", away = ""] = await Promise.all(seats);
  people = { operator: top, ours: us, theirs: them, inside, far: away };
});
afterAll(async () => {
  await dns.stop();
  await db.drop();
});

/** Signed in as one of them, at the house's own address or at a door. */
function as(who: keyof typeof people | undefined, door?: Door, patienceMs?: number) {
  const base = contextFor(db.app, who && people[who]);
  return createCaller({
    ...base,
    lookupTxt: createTxtLookup([dns.server], patienceMs),
    door,
    signedIn: base.signedIn && { ...base.signedIn, within: door?.tenantId },
    settings: { ...base.settings, appUrl: door?.url ?? HOUSE },
  });
}
const doorAt = (host: string) => doorOf(db.app, `${host}:3000`, HOUSE);
const trail = (action: string) =>
  branches.build.sql<{ after: Record<string, unknown> }>(
    "SELECT after FROM audit_event WHERE action = $1 ORDER BY seq",
    [action],
  );

describe("a brand", () => {
  test("is the reseller's own to choose, and everybody below it has it; nobody else", async () => {
    const before = await as("ours").branding.get(ours);
    expect(before).toMatchObject({ own: null, holds: null, seen: "" });
    await as("ours").branding.set({ ...ours, ...quay });
    const shown = { name: "Quay", colour: "#ffcc00", logo: null };
    expect((await as("ours").shell.get(ours)).brand).toMatchObject(shown);
    expect((await as("inside").shell.get({ tenantSlug: "inside" })).brand).toMatchObject(shown);
    expect((await as("operator").shell.get({ tenantSlug: "inside" })).brand).toMatchObject(shown);
    expect((await as("operator").shell.get({ tenantSlug: "operator" })).brand).toBeNull();
    expect((await as("theirs").shell.get({ tenantSlug: "theirs" })).brand).toBeNull();
    expect((await as("far").shell.get({ tenantSlug: "far" })).brand).toBeNull();
    expect(await trail("brand.set")).toEqual([{ after: expect.objectContaining({ name: "Quay", colour: "#ffcc00" }) }]);
  });

  test("is not a customer's to set, neither its reseller's nor one of its own", async () => {
    await expect(as("inside").branding.set({ ...ours, ...quay })).rejects.toMatchObject({ message: "not_found" });
    await expect(as("theirs").branding.set({ ...ours, ...quay })).rejects.toMatchObject({ message: "not_found" });
    const own = as("inside").branding.set({ tenantSlug: "inside", ...quay });
    await expect(own).rejects.toMatchObject({ message: "invalid_state" });
  });

  test("of two who change it the slower is told", async () => {
    const { seen } = await as("ours").branding.get(ours);
    await as("ours").branding.set({ ...ours, ...quay, name: "Quay Two", seen });
    const late = as("ours").branding.set({ ...ours, ...quay, name: "Quay Three", seen });
    await expect(late).rejects.toMatchObject({ message: "changed_meanwhile" });
    expect((await as("ours").branding.get(ours)).own?.name).toBe("Quay Two");
  });

  test.each([
    ["a line break in the sender", { senderName: "Quay\r\nBcc: all@quay.example" }],
    ["an address as the sender", { senderName: "ceo@bank.example" }],
    ["a line break in the answers", { replyTo: "a@quay.example\nBcc: b@quay.example" }],
    ["two addresses", { replyTo: "a@quay.example, b@quay.example" }],
    ["a name of two lines", { name: "Quay\nBank" }],
    ["no colour", { colour: "red; } body { display: none" }],
  ])("with %s is refused", async (_what, wrong) => {
    const { seen } = await as("ours").branding.get(ours);
    const set = as("ours").branding.set({ ...ours, ...quay, seen, ...wrong });
    await expect(set).rejects.toMatchObject({ message: "invalid_input" });
  });
});

describe("a logo", () => {
  test("is served by the hash of what it is, as what was read of it", async () => {
    const logo = { type: "image/png" as const, data: pngOf(30, 10).toString("base64") };
    const { logo: path } = await as("ours").branding.setLogo({ ...ours, logo });
    expect(path).toMatch(/^\/api\/brand\/[0-9a-f]{64}\.png$/);
    const file = path?.split("/").at(-1) ?? "";
    const stored = await logoNamed(db.app, file);
    expect(stored && Buffer.from(stored.bytes)).toEqual(pngOf(30, 10));
    expect(await logoNamed(db.app, file.replace("png", "svg"))).toBeUndefined();
    expect((await as("inside").shell.get({ tenantSlug: "inside" })).brand).toMatchObject({
      logo: path,
      logoWide: true,
    });
    await as("ours").branding.setLogo({ ...ours, logo: null });
    expect(await logoNamed(db.app, file)).toBeUndefined();
  });

  test.each([
    ["a drawing with a script", "image/svg+xml", "<svg><script>alert(1)</script></svg>"],
    ["a page that calls itself a picture", "image/png", "<html><script>alert(1)</script></html>"],
    ["one of another type", "text/html", "<html/>"],
    ["one that is too large", "image/svg+xml", " ".repeat(201_000)],
  ])("that is %s is refused", async (_what, type, text) => {
    const logo = { type: type as "image/png", data: Buffer.from(text).toString("base64") };
    await expect(as("ours").branding.setLogo({ ...ours, logo })).rejects.toMatchObject({ message: "invalid_input" });
  });
});

describe("a host name", () => {
  const host = "phones.quay.example";

  test("is served only from when its DNS has shown that it is theirs", async () => {
    const { record } = await as("ours").branding.setHost({ ...ours, host });
    expect(record?.name).toBe(`_ringfence.${host}`);
    expect(await doorAt(host)).toBeUndefined();
    expect(await as("ours").branding.checkHost(ours)).toEqual({ state: "missing" });
    dns.set(record?.name ?? "", "v=spf1 -all", "ringfence-verify=somebody-else");
    expect(await as("ours").branding.checkHost(ours)).toEqual({ state: "missing" });
    expect(await doorAt(host)).toBeUndefined();
    dns.set(record?.name ?? "", "v=spf1 -all", record?.value ?? "");
    expect(await as("ours").branding.checkHost(ours)).toEqual({ state: "verified" });
    expect(await doorAt(host)).toMatchObject({ tenantId: branches.reseller.tenantId, url: `http://${host}:3000` });
    expect(await doorOf(db.app, "PHONES.Quay.example.", HOUSE)).toBeDefined();
    expect(await doorOf(db.app, "127.0.0.1:3000", HOUSE)).toBeUndefined();
    expect(await doorAt("quay.example")).toBeUndefined();
  });

  test.each([
    ["the house's own", "operator", "operator"],
    ["a customer", "inside", "inside"],
  ] as const)("is nothing for %s", async (_what, who, tenantSlug) => {
    const set = as(who).branding.setHost({ tenantSlug, host: "other.quay.example" });
    await expect(set).rejects.toMatchObject({ message: "invalid_state" });
  });

  test.each([
    "127.0.0.1",
    "10.1",
    "localhost",
    "a b.example",
    "quay.example/x",
    "quay..example",
    "-a.example",
    "http://quay.example",
  ])("%s is none", async (bad) => {
    const set = as("ours").branding.setHost({ ...ours, host: bad });
    await expect(set).rejects.toMatchObject({ message: "invalid_input" });
  });

  test("shows its people what is behind it, and nothing of anybody else", async () => {
    const door = await doorAt(host);
    const both = await branches.seat(branches.customer, "owner", people.far);
    expect(both).toBe(people.far);
    const seats = (await as("far", door).me.get()).seats.map(({ tenantSlug }) => tenantSlug);
    expect(seats).toEqual(["inside"]);
    expect((await as("far").me.get()).seats).toHaveLength(2);
    await expect(as("far", door).shell.get({ tenantSlug: "far" })).rejects.toMatchObject({ message: "not_found" });
    await expect(as("operator", door).shell.get({ tenantSlug: "operator" })).rejects.toMatchObject({
      message: "not_found",
    });
    expect((await as("inside", door).shell.get({ tenantSlug: "inside" })).tenant.slug).toBe("inside");
    expect(door && (await isPersonWithin(db.app, people.operator, door.tenantId))).toBe(false);
    expect(door && (await isPersonWithin(db.app, people.theirs, door.tenantId))).toBe(false);
    expect(door && (await isPersonWithin(db.app, people.inside, door.tenantId))).toBe(true);
  });

  test("lets in with the right password whoever is behind it, and answers everybody else as a wrong one", async () => {
    const door = await doorAt(host);
    const deps = {
      db: db.app,
      attempts: createAttempts({ secret: SECRET, sql: db.pool }),
      keys: factorKeysOf(SECRET),
      appUrl: door?.url ?? "",
      within: door?.tenantId,
    };
    const hash = await hashPassword(PASSWORD);
    const enter = async (userId: string) => {
      await db.owner.query("UPDATE person SET password_hash = $2 WHERE id = $1", [userId, hash]);
      const { rows } = await db.owner.query<{ email: string }>("SELECT email FROM person WHERE id = $1", [userId]);
      const from = { address: "192.0.2.44", userAgent: "Browser", requestId: "r-1" };
      return signIn(deps, { email: rows[0]?.email ?? "", password: PASSWORD }, from);
    };
    expect(await enter(people.inside)).toMatchObject({ userId: people.inside as UserId });
    expect(await enter(people.ours)).toMatchObject({ userId: people.ours as UserId });
    expect(await enter(people.theirs)).toBeUndefined();
    expect(await enter(people.operator)).toBeUndefined();
    const { rows } = await db.owner.query<{ after: unknown }>(
      "SELECT after FROM audit_event WHERE action = 'session.sign_in' AND outcome = 'failed' AND tenant_id = $1",
      [branches.theirs.tenantId],
    );
    expect(rows).toEqual([{ after: { wrong: "host" } }]);
  });

  test("is where links to its people lead, and opens no invitation of somebody else", async () => {
    const door = await doorAt(host);
    const email = "new@quay.example";
    const inside = { tenantSlug: "inside", email, role: "viewer" } as const;
    const { invitationUrl } = await as("inside").members.invite(inside);
    const url = new URL(invitationUrl);
    expect(url.origin).toBe(`http://${host}:3000`);
    const token = url.hash.slice(1);
    expect(await as(undefined, door).invitations.open({ token })).toMatchObject({ tenantSlug: "inside" });
    const far = await as("far").members.invite({ ...inside, tenantSlug: "far" });
    expect(new URL(far.invitationUrl).origin).toBe(HOUSE);
    const foreign = new URL(far.invitationUrl).hash.slice(1);
    await expect(as(undefined, door).invitations.open({ token: foreign })).rejects.toMatchObject({
      message: "invitation_invalid",
    });
    const taken = { token: foreign, name: "Ada", password: PASSWORD };
    await expect(as(undefined, door).invitations.accept(taken)).rejects.toMatchObject({
      message: "invitation_invalid",
    });
    expect(await as(undefined).invitations.open({ token: foreign })).toMatchObject({ tenantSlug: "far" });
  });

  test("that the DNS does not answer for is said so, and what was verified stays", async () => {
    dns.fallSilent();
    const asked = as("ours", undefined, 100).branding.checkHost(ours);
    await expect(asked).rejects.toMatchObject({ message: "invalid_state" });
    expect(await doorAt(host)).toBeDefined();
  });

  test("is free again once the brand is reset, and with it goes all of it", async () => {
    await as("ours").branding.reset(ours);
    expect(await doorAt(host)).toBeUndefined();
    expect((await as("inside").shell.get({ tenantSlug: "inside" })).brand).toBeNull();
    expect(await as("ours").branding.get(ours)).toMatchObject({ own: null, seen: "" });
    expect(
      await branches.build.sql("SELECT 1 FROM brand_logo WHERE tenant_id = $1", [branches.reseller.tenantId]),
    ).toEqual([]);
  });
});
