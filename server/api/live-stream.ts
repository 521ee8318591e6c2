import { seatAllows, seatForStream } from "@/server/domain/tenancy/seats";
import { checkSession, type LiveSession } from "@/server/domain/tenancy/sessions";
import type { Db } from "@/server/infra/db/client";
import type { LiveKind } from "@/server/infra/live/bus";
import type { LiveHub } from "@/server/infra/live/hub";
import type { TenantId } from "@/server/kernel/ids";

export type StreamDeps = Readonly<{
  db: Db;
  hub: LiveHub;
  /** How often the stream says that it is alive, and asks whether the session and the seat still are. */
  heartbeatMs?: number;
  /** The least time between two messages. */
  gatherMs?: number;
}>;

type Asked = Readonly<{ session: LiveSession; tenantSlug: string; signal: AbortSignal }>;

const HEARTBEAT_MS = 15_000;
const GATHER_MS = 250;
/** Tabs of one person; the oldest stream gives way. */
const MOST_PER_PERSON = 12;

const open = new Map<string, Set<() => void>>();

/** The tenant this person may watch under this name; undefined when there is none, or none of theirs. */
export async function watchable(db: Db, session: LiveSession, tenantSlug: string): Promise<TenantId | undefined> {
  const seat = await seatForStream(db, session, tenantSlug);
  if (seat === "factor_required") return undefined;
  return seat && seatAllows(seat, "shell.read") ? seat.tenantId : undefined;
}

/**
 * Tells a browser which kinds of thing changed, never what: it asks for the data with its own rights. Ends by itself when
 * the session is revoked or the seat is taken away.
 */
export function liveStream(deps: StreamDeps, tenantId: TenantId, asked: Asked): ReadableStream<Uint8Array> {
  const { userId } = asked.session;
  const encoder = new TextEncoder();
  let close = () => {};
  return new ReadableStream({
    start(controller) {
      const waiting = new Set<LiveKind>();
      let timer: NodeJS.Timeout | undefined;
      let over = false;
      const send = (text: string) => {
        if (!over) controller.enqueue(encoder.encode(text));
      };
      const flush = () => {
        timer = undefined;
        if (waiting.size === 0) return;
        send(`event: changed\ndata: ${JSON.stringify({ kinds: [...waiting] })}\n\n`);
        waiting.clear();
        timer = setTimeout(flush, deps.gatherMs ?? GATHER_MS);
      };
      const unsubscribe = deps.hub.subscribe(tenantId, (kinds) => {
        for (const kind of kinds) waiting.add(kind);
        if (!timer) flush();
      });
      const heartbeat = setInterval(() => {
        send(": alive\n\n");
        stillAllowed(deps.db, tenantId, asked).then(
          (allowed) => allowed || close(),
          // The database is away: the stream stays, and the next beat asks again.
          () => {},
        );
      }, deps.heartbeatMs ?? HEARTBEAT_MS);
      close = () => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        clearInterval(heartbeat);
        unsubscribe();
        forget(userId, close);
        controller.close();
      };
      remember(userId, close);
      asked.signal.addEventListener("abort", close);
      send(": connected\nretry: 2000\n\n");
    },
    cancel: () => close(),
  });
}

async function stillAllowed(db: Db, tenantId: TenantId, { session, tenantSlug }: Asked): Promise<boolean> {
  const live = await checkSession(db, session.sessionId);
  return live !== undefined && (await watchable(db, live, tenantSlug)) === tenantId;
}

function remember(userId: string, close: () => void): void {
  const mine = open.get(userId) ?? new Set();
  open.set(userId, mine.add(close));
  const [oldest] = mine;
  if (mine.size > MOST_PER_PERSON) oldest?.();
}

function forget(userId: string, close: () => void): void {
  const mine = open.get(userId);
  mine?.delete(close);
  if (mine?.size === 0) open.delete(userId);
}
