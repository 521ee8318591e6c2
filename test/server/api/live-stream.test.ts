import { afterAll, beforeAll, expect, test } from "vitest";
import { liveStream, watchable, watchableOf } from "@/server/api/live-stream";
import type { LiveSession } from "@/server/domain/tenancy/sessions";
import type { LiveKind } from "@/server/infra/live/bus";
import type { LiveHub } from "@/server/infra/live/hub";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/eventually";

let db: TestDatabase;
let branches: Branches;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
});
afterAll(() => db.drop());

async function signedIn(role: "viewer" | "owner" = "viewer"): Promise<LiveSession> {
  const userId = (await branches.seat(branches.customer, role)) as UserId;
  const { id } = await branches.build.one<{ id: SessionId }>(
    "INSERT INTO session (user_id, expires_at) VALUES ($1, now() + interval '1 day') RETURNING id",
    [userId],
  );
  return { sessionId: id, userId, email: "", name: "", authenticatedAt: new Date(), factorAt: null };
}

/** A hub in the hand: what it tells, the test says. */
function handHub() {
  const listeners = new Set<(kinds: readonly LiveKind[]) => void>();
  const people = new Map<UserId, () => void>();
  const stand = { at: 0, missed: undefined as ReturnType<LiveHub["since"]> };
  const hub: LiveHub = {
    subscribe: (_tenantId, tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    onPerson: (userId, tell) => {
      people.set(userId, tell);
      return () => people.delete(userId);
    },
    position: () => `hand-${stand.at}`,
    since: () => stand.missed,
    get subscribers() {
      return listeners.size;
    },
    close: async () => {},
  };
  const tell = (...kinds: LiveKind[]) => {
    stand.at += 1;
    for (const listener of listeners) listener(kinds);
  };
  return { hub, listeners, people, stand, tell };
}

type Options = Readonly<{ heartbeatMs?: number; gatherMs?: number; slugs?: readonly string[]; since?: string }>;

/** Opens the stream and reads along. */
async function open(session: LiveSession, hub: LiveHub, { slugs = ["inside"], since, ...options }: Options = {}) {
  const abort = new AbortController();
  const watched = await watchableOf(db.app, session, slugs);
  const stream = liveStream({ db: db.app, hub, build: "b1", ...options }, watched, {
    session,
    tenantSlugs: slugs,
    since,
    signal: abort.signal,
  });
  const got = { text: "", ended: false };
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const readOn = async (): Promise<void> => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) got.text += decoder.decode(part.value);
    got.ended = true;
  };
  void readOn();
  const said = (event: string) =>
    [...got.text.matchAll(/^(?:id: (\S+)\n)?event: (\w+)\ndata: (.*)$/gm)]
      .filter(([, , name]) => name === event)
      .map(([, id, , data]) => ({ id, data: JSON.parse(data ?? "") }));
  return { got, abort, said };
}

test("says where it stands and of which build it is, and then only what kind of thing changed where", async () => {
  const { hub, tell } = handHub();
  const { abort, said } = await open(await signedIn(), hub, { slugs: ["inside", "sibling", "nowhere"] });
  const data = { build: "b1", tenants: ["inside"], refused: ["sibling", "nowhere"], reload: false };
  await eventually(() => expect(said("hello")).toEqual([{ id: "hand-0", data }]));
  tell("calls", "balance");
  await eventually(() => expect(said("changed")).toEqual([{ id: "hand-1", data: { inside: ["calls", "balance"] } }]));
  abort.abort();
});

test("a browser that comes back hears what it missed, or that it has to ask for everything", async () => {
  const { hub, stand } = handHub();
  const session = await signedIn();
  stand.missed = new Map([[branches.customer.tenantId as TenantId, new Set<LiveKind>(["balance"])]]);
  const back = await open(session, hub, { since: "hand-0" });
  await eventually(() => expect(back.said("changed").map(({ data }) => data)).toEqual([{ inside: ["balance"] }]));
  expect(back.said("hello")[0]?.data.reload).toBe(false);
  stand.missed = undefined;
  const late = await open(session, hub, { since: "another-7" });
  await eventually(() => expect(late.said("hello")[0]?.data.reload).toBe(true));
  for (const { abort } of [back, late]) abort.abort();
});

test("a hundred changes at once are a few messages", async () => {
  const { hub, tell } = handHub();
  const { said, abort } = await open(await signedIn(), hub, { gatherMs: 50 });
  for (let i = 0; i < 100; i += 1) tell(i % 2 ? "calls" : "balance");
  await eventually(() => expect(said("changed")).toHaveLength(2));
  expect(said("changed")[1]?.data).toEqual({ inside: ["calls", "balance"] });
  tell("audit");
  await eventually(() => expect(said("changed")).toHaveLength(3));
  expect(said("changed")[2]).toEqual({ id: "hand-101", data: { inside: ["audit"] } });
  abort.abort();
});

test("a browser that reads nothing costs a few messages, and gets the rest in one when it reads again", async () => {
  const { hub, tell } = handHub();
  const session = await signedIn();
  const abort = new AbortController();
  const watched = await watchableOf(db.app, session, ["inside"]);
  const asked = { session, tenantSlugs: ["inside"], signal: abort.signal };
  const reader = liveStream({ db: db.app, hub, build: "b1", gatherMs: 0 }, watched, asked).getReader();
  for (let i = 0; i < 60; i += 1) {
    tell("calls");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  tell("audit");
  let text = "";
  let messages = 0;
  for (; !text.includes("audit"); messages += 1) text += new TextDecoder().decode((await reader.read()).value);
  expect(messages).toBeLessThan(30);
  abort.abort();
});

test("says so and ends as soon as the session is revoked, and stops listening", async () => {
  const { hub, listeners, people } = handHub();
  const session = await signedIn();
  const { got, said } = await open(session, hub);
  expect(listeners.size).toBe(1);
  await branches.build.sql("UPDATE session SET revoked_at = now() WHERE id = $1", [session.sessionId]);
  people.get(session.userId)?.();
  await eventually(() => expect(got.ended).toBe(true));
  expect(said("ended").map(({ data }) => data)).toEqual([{ why: "session", tenants: ["inside"] }]);
  expect(listeners.size).toBe(0);
});

test("ends by its own look too, when the seat is taken away though the session lives on", async () => {
  const { hub } = handHub();
  const session = await signedIn();
  const { got, said } = await open(session, hub, { heartbeatMs: 30 });
  await eventually(() => expect(said("alive").length).toBeGreaterThan(0));
  expect(got.ended).toBe(false);
  await branches.build.sql("DELETE FROM seat WHERE user_id = $1", [session.userId]);
  await eventually(() => expect(got.ended).toBe(true));
  expect(said("ended").map(({ data }) => data)).toEqual([{ why: "seat", tenants: ["inside"] }]);
});

test("a seat lost at one tenant leaves the others of the browser as they are", async () => {
  const { hub, people, tell } = handHub();
  const session = await signedIn();
  await branches.seat(branches.far, "viewer", session.userId);
  const { got, said, abort } = await open(session, hub, { slugs: ["inside", "far"], gatherMs: 0 });
  await branches.build.sql("DELETE FROM seat WHERE user_id = $1 AND tenant_id <> $2", [
    session.userId,
    branches.customer.tenantId,
  ]);
  people.get(session.userId)?.();
  await eventually(() => expect(said("ended").map(({ data }) => data)).toEqual([{ why: "seat", tenants: ["far"] }]));
  tell("calls");
  await eventually(() => expect(said("changed").at(-1)?.data).toEqual({ inside: ["calls"] }));
  expect(got.ended).toBe(false);
  abort.abort();
});

test("the database names the person with the revocation, the seat's change and the removal", async () => {
  const session = await signedIn();
  const heard: unknown[] = [];
  db.owner.on("notification", ({ payload }) => heard.push(JSON.parse(payload ?? "")));
  await db.owner.query("LISTEN live");
  await branches.build.sql("UPDATE session SET revoked_at = now() WHERE id = $1", [session.sessionId]);
  await branches.build.sql("UPDATE seat SET role = 'admin' WHERE user_id = $1", [session.userId]);
  await branches.build.sql("DELETE FROM seat WHERE user_id = $1", [session.userId]);
  await branches.build.sql("UPDATE tenant SET state = 'suspended' WHERE slug = 'inside'", []);
  await branches.build.sql("UPDATE tenant SET state = 'active' WHERE slug = 'inside'", []);
  const told = { u: session.userId };
  const state = { t: branches.customer.tenantId, k: "tenants" };
  await eventually(() => expect(heard).toEqual([told, told, told, state, state]));
  await db.owner.query("UNLISTEN live");
});

test("a browser that goes away leaves nothing behind", async () => {
  const { hub, listeners, people } = handHub();
  const { got, abort } = await open(await signedIn(), hub, { heartbeatMs: 10 });
  expect(listeners.size).toBe(1);
  abort.abort();
  await eventually(() => expect(got.ended).toBe(true));
  expect([listeners.size, people.size]).toEqual([0, 0]);
});

test("one person's thirteenth stream closes the first", async () => {
  const { hub, listeners } = handHub();
  const session = await signedIn();
  const streams: Awaited<ReturnType<typeof open>>[] = [];
  for (let i = 0; i < 13; i += 1) streams.push(await open(session, hub));
  await eventually(() => expect(streams[0]?.got.ended).toBe(true));
  expect(listeners.size).toBe(12);
  for (const stream of streams) stream.abort.abort();
});

test("only a tenant that the person has a seat on, or above, can be watched", async () => {
  const session = await signedIn();
  expect(await watchable(db.app, session, "inside")).toBe(branches.customer.tenantId);
  for (const slug of ["sibling", "ours", "far", "operator", "nowhere"])
    expect(await watchable(db.app, session, slug)).toBeUndefined();
  const { hub, listeners } = handHub();
  const { got, said } = await open(session, hub, { slugs: ["sibling"] });
  await eventually(() => expect(got.ended).toBe(true));
  expect(said("hello")[0]?.data).toMatchObject({ tenants: [], refused: ["sibling"] });
  expect(listeners.size).toBe(0);
});
