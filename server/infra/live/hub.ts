import { decodeLive, LIVE_CHANNEL, type LiveChange, type LiveKind, liveKinds } from "@/server/infra/live/bus";
import { listen } from "@/server/infra/live/listener";
import { createRecent, type Recent } from "@/server/infra/live/recent";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId, UserId } from "@/server/kernel/ids";

export type LiveHub = Pick<Recent, "position" | "since"> & {
  /** Hears of every change of this tenant and of those below it. Returns the way to stop. */
  subscribe(tenantId: TenantId, onChange: (kinds: readonly LiveKind[]) => void): () => void;
  /** Hears that a session of this person ended, or a seat of theirs changed. Returns the way to stop. */
  onPerson(userId: UserId, tell: () => void): () => void;
  readonly subscribers: number;
  close(): Promise<void>;
};

type Options = Readonly<{
  connectionString: string;
  /** A tenant and everybody above it: those who may see what changed. */
  above: (tenantId: TenantId) => Promise<readonly TenantId[]>;
  log: Logger;
}>;

/** Who listens to what. */
function createListeners<Key, Told>() {
  const listening = new Map<Key, Set<(told: Told) => void>>();
  return {
    add(key: Key, tell: (told: Told) => void): () => void {
      const mine = listening.get(key) ?? new Set();
      listening.set(key, mine.add(tell));
      return () => {
        mine.delete(tell);
        if (mine.size === 0 && listening.get(key) === mine) listening.delete(key);
      };
    },
    tell: (key: Key, told: Told) => {
      for (const tell of listening.get(key) ?? []) tell(told);
    },
    tellAll: (told: Told) => {
      for (const all of listening.values()) for (const tell of all) tell(told);
    },
    count: () => [...listening.values()].reduce((sum, all) => sum + all.size, 0),
  };
}

/** One connection listens for the whole process, however many browsers watch. */
export function createLiveHub({ connectionString, above, log }: Options): LiveHub {
  const watching = createListeners<TenantId, readonly LiveKind[]>();
  const people = createListeners<UserId, undefined>();
  const recent = createRecent();
  // A tenant never moves in the tree, so an answer stays true.
  const branches = new Map<TenantId, Promise<readonly TenantId[]>>();

  const branchOf = (tenantId: TenantId): Promise<readonly TenantId[]> => {
    const known = branches.get(tenantId) ?? above(tenantId);
    branches.set(tenantId, known);
    known.catch(() => branches.delete(tenantId));
    return known;
  };
  const hear = (change: LiveChange): void => {
    branchOf(change.tenantId).then(
      (tenants) => {
        recent.add(change, tenants);
        for (const id of tenants) watching.tell(id, [change.kind]);
      },
      (error: unknown) => {
        recent.forget();
        log.warn({ error }, "could not find out who hears of a change");
      },
    );
  };

  const listener = listen({
    connectionString,
    channel: LIVE_CHANNEL,
    log,
    onMessage: (payload) => {
      const heard = decodeLive(payload);
      if (!heard) return;
      if ("userId" in heard) people.tell(heard.userId, undefined);
      else hear(heard);
    },
    // What happened while nobody listened is unknown, so everything may be old.
    onConnected: () => {
      recent.forget();
      watching.tellAll(liveKinds);
      people.tellAll(undefined);
    },
  });

  return {
    position: recent.position,
    since: recent.since,
    subscribe: watching.add,
    onPerson: (userId, tell) => people.add(userId, tell),
    get subscribers() {
      return watching.count();
    },
    close: () => listener.close(),
  };
}
