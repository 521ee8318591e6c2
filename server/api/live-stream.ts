import { createStreamOut, type StreamOut } from "@/server/api/stream-out";
import { seatAllows, seatForStream } from "@/server/domain/tenancy/seats";
import { checkSession, type LiveSession } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import type { LiveKind } from "@/server/infra/live/bus";
import type { LiveHub } from "@/server/infra/live/hub";
import type { TenantId } from "@/server/kernel/ids";

export type StreamDeps = Readonly<{
  db: Db;
  hub: LiveHub;
  /** The build that answers, so that a page of an older one notices. */
  build: string;
  /** How often the stream says that it is alive, and asks whether the session and the seats still are. */
  heartbeatMs?: number;
  /** The least time between two messages. */
  gatherMs?: number;
}>;

/** The tenants in the address bars of one browser, by short name. */
export type Watched = ReadonlyMap<string, TenantId>;

type Asked = Readonly<{
  session: LiveSession;
  tenantSlugs: readonly string[];
  /** Where an earlier stream of this browser stood. */
  since?: string | undefined;
  signal: AbortSignal;
}>;

/** More tabs of different tenants than anybody has; each costs a look at a seat. */
export const MOST_TENANTS = 40;

const HEARTBEAT_MS = 15_000;
const GATHER_MS = 250;
/** Browsers of one person, or tabs where the browser cannot share; the oldest stream gives way. */
const MOST_PER_PERSON = 12;

const open = new Map<string, Set<() => void>>();

/** The tenant this person may watch under this name; undefined when there is none, or none of theirs. */
export async function watchable(db: Db, session: LiveSession, tenantSlug: string): Promise<TenantId | undefined> {
  const seat = await seatForStream(db, session, tenantSlug);
  if (seat === "factor_required") return undefined;
  return seat && seatAllows(seat, "shell.read") ? seat.tenantId : undefined;
}

/** Those of the tenants asked for that this person may watch; absent and not-yours are left out alike. */
export async function watchableOf(db: Db, session: LiveSession, slugs: readonly string[]): Promise<Watched> {
  const found = new Map<string, TenantId>();
  for (const slug of new Set(slugs)) {
    const tenantId = await watchable(db, session, slug);
    if (tenantId) found.set(slug, tenantId);
  }
  return found;
}

/**
 * Tells a browser which kinds of thing changed at which of its tenants, never what: it asks for the data with its own
 * rights. Begins with what an earlier stream missed, or with the word to ask for everything again. Within a moment of a
 * session's end, or of the last seat's, it says so and ends.
 */
export function liveStream(deps: StreamDeps, watched: Watched, asked: Asked): ReadableStream<Uint8Array> {
  let end = () => {};
  const out = createStreamOut({ gatherMs: deps.gatherMs ?? GATHER_MS, position: deps.hub.position });
  return out.stream({
    start: () => {
      end = follow(deps, watched, asked, out);
    },
    cancel: () => end(),
  });
}

/** @returns the way to stop. */
function follow(deps: StreamDeps, watched: Watched, asked: Asked, out: StreamOut): () => void {
  const { userId } = asked.session;
  const listening = new Map<string, () => void>();
  const stop = () => {
    clearInterval(heartbeat);
    stopHearing();
    for (const unsubscribe of listening.values()) unsubscribe();
    forget(userId, stop);
    asked.signal.removeEventListener("abort", stop);
    out.close();
  };
  const drop = (why: "session" | "seat", slugs: readonly string[]) => {
    out.say("ended", { why, tenants: slugs });
    for (const slug of slugs) {
      listening.get(slug)?.();
      listening.delete(slug);
    }
    if (listening.size === 0) stop();
  };
  /** What may no longer be watched is dropped. A database that is away drops nothing: the next look tells. */
  const look = async (): Promise<void> => {
    const live = await checkSession(deps.db, asked.session.sessionId);
    if (!live) return drop("session", [...listening.keys()]);
    const allowed = await watchableOf(deps.db, live, [...listening.keys()]);
    const lost = [...listening.keys()].filter((slug) => allowed.get(slug) !== watched.get(slug));
    if (lost.length > 0) drop("seat", lost);
  };
  const heartbeat = setInterval(() => {
    out.say("alive", 1);
    look().catch(() => {});
  }, deps.heartbeatMs ?? HEARTBEAT_MS);
  const stopHearing = deps.hub.onPerson(userId, () => {
    // What they may do here can have changed too.
    for (const slug of listening.keys()) out.changed(slug, ["tenants"]);
    look().catch(() => {});
  });
  remember(userId, stop);
  asked.signal.addEventListener("abort", stop);
  greet(deps, watched, asked, out);
  for (const [slug, id] of watched) {
    const tell = (kinds: readonly LiveKind[]) => out.changed(slug, kinds);
    listening.set(slug, deps.hub.subscribe(id, tell));
  }
  if (watched.size === 0 || asked.signal.aborted) stop();
  return stop;
}

/** The first message, and what was missed meanwhile. */
function greet({ hub, build }: StreamDeps, watched: Watched, { since, tenantSlugs }: Asked, out: StreamOut): void {
  const missed = since === undefined ? undefined : hub.since(since, [...watched.values()]);
  out.say("hello", {
    build,
    tenants: [...watched.keys()],
    refused: tenantSlugs.filter((slug) => !watched.has(slug)),
    reload: since !== undefined && missed === undefined,
  });
  for (const [slug, id] of watched) {
    const kinds = missed?.get(id);
    if (kinds) out.changed(slug, [...kinds]);
  }
}

function remember(userId: string, stop: () => void): void {
  const mine = open.get(userId) ?? new Set();
  open.set(userId, mine.add(stop));
  const [oldest] = mine;
  if (mine.size > MOST_PER_PERSON) oldest?.();
}

function forget(userId: string, stop: () => void): void {
  const mine = open.get(userId);
  mine?.delete(stop);
  if (mine?.size === 0) open.delete(userId);
}
