import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { liveStream, watchable } from "@/server/api/live-stream";
import type { LiveSession } from "@/server/domain/tenancy/sessions";
import type { LiveKind } from "@/server/infra/live/bus";
import type { LiveHub } from "@/server/infra/live/hub";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import { type Branches, makeBranches } from "@/test/support/branch";
import { createDatabase, type TestDatabase } from "@/test/support/database";

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
  const hub: LiveHub = {
    subscribe: (_tenantId, tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    get subscribers() {
      return listeners.size;
    },
    close: async () => {},
  };
  return { hub, listeners, tell: (...kinds: LiveKind[]) => [...listeners].map((listener) => listener(kinds)) };
}

/** Opens the stream and reads along. */
function open(session: LiveSession, hub: LiveHub, options: { heartbeatMs?: number; gatherMs?: number } = {}) {
  const abort = new AbortController();
  const tenantId = branches.customer.tenantId as TenantId;
  const stream = liveStream({ db: db.app, hub, ...options }, tenantId, {
    session,
    tenantSlug: "inside",
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
  return {
    got,
    abort,
    messages: () => got.text.split("\n\n").filter((message) => message.startsWith("event: changed")),
  };
}

test("says at once that it is open, and then only what kind of thing changed", async () => {
  const { hub, tell } = handHub();
  const { got, abort, messages } = open(await signedIn(), hub);
  tell("calls", "balance");
  await vi.waitFor(() => expect(messages()).toEqual(['event: changed\ndata: {"kinds":["calls","balance"]}']));
  expect(got.text.startsWith(": connected\n")).toBe(true);
  abort.abort();
});

test("a hundred changes at once are a few messages", async () => {
  const { hub, tell } = handHub();
  const { messages, abort } = open(await signedIn(), hub, { gatherMs: 50 });
  for (let i = 0; i < 100; i += 1) tell(i % 2 ? "calls" : "balance");
  await vi.waitFor(() => expect(messages()).toHaveLength(2));
  expect(messages()[1]).toContain('["calls","balance"]');
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(messages()).toHaveLength(2);
  tell("audit");
  await vi.waitFor(() => expect(messages()).toHaveLength(3));
  abort.abort();
});

test("ends when the session is revoked, and stops listening", async () => {
  const { hub, listeners } = handHub();
  const session = await signedIn();
  const { got } = open(session, hub, { heartbeatMs: 30 });
  await vi.waitFor(() => expect(got.text).toContain(": alive"));
  expect(got.ended).toBe(false);
  await branches.build.sql("UPDATE session SET revoked_at = now() WHERE id = $1", [session.sessionId]);
  await vi.waitFor(() => expect(got.ended).toBe(true));
  expect(listeners.size).toBe(0);
});

test("ends when the seat is taken away, though the session lives on", async () => {
  const { hub } = handHub();
  const session = await signedIn();
  const { got } = open(session, hub, { heartbeatMs: 30 });
  await vi.waitFor(() => expect(got.text).toContain(": alive"));
  await branches.build.sql("DELETE FROM seat WHERE user_id = $1", [session.userId]);
  await vi.waitFor(() => expect(got.ended).toBe(true));
});

test("a browser that goes away leaves nothing behind", async () => {
  const { hub, listeners } = handHub();
  const { got, abort } = open(await signedIn(), hub, { heartbeatMs: 10 });
  expect(listeners.size).toBe(1);
  abort.abort();
  await vi.waitFor(() => expect(got.ended).toBe(true));
  expect(listeners.size).toBe(0);
});

test("one person's thirteenth stream closes the first", async () => {
  const { hub, listeners } = handHub();
  const session = await signedIn();
  const streams = Array.from({ length: 13 }, () => open(session, hub));
  await vi.waitFor(() => expect(streams[0]?.got.ended).toBe(true));
  expect(listeners.size).toBe(12);
  for (const stream of streams) stream.abort.abort();
});

test("only a tenant that the person has a seat on, or above, can be watched", async () => {
  const session = await signedIn();
  expect(await watchable(db.app, session, "inside")).toBe(branches.customer.tenantId);
  for (const slug of ["sibling", "ours", "far", "operator", "nowhere"])
    expect(await watchable(db.app, session, slug)).toBeUndefined();
});
