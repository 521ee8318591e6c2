import { decodeLive, LIVE_CHANNEL, type LiveKind, liveKinds } from "@/server/infra/live/bus";
import { listen } from "@/server/infra/live/listener";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";

export type LiveHub = {
  /** Hears of every change of this tenant and of those below it. Returns the way to stop. */
  subscribe(tenantId: TenantId, onChange: (kinds: readonly LiveKind[]) => void): () => void;
  readonly subscribers: number;
  close(): Promise<void>;
};

type Options = Readonly<{
  connectionString: string;
  /** A tenant and everybody above it: those who may see what changed. */
  above: (tenantId: TenantId) => Promise<readonly TenantId[]>;
  log: Logger;
}>;

/** One connection listens for the whole process, however many browsers watch. */
export function createLiveHub({ connectionString, above, log }: Options): LiveHub {
  const watching = new Map<TenantId, Set<(kinds: readonly LiveKind[]) => void>>();
  // A tenant never moves in the tree, so an answer stays true.
  const branches = new Map<TenantId, Promise<readonly TenantId[]>>();

  const branchOf = (tenantId: TenantId): Promise<readonly TenantId[]> => {
    const known = branches.get(tenantId) ?? above(tenantId);
    branches.set(tenantId, known);
    known.catch(() => branches.delete(tenantId));
    return known;
  };

  const listener = listen({
    connectionString,
    channel: LIVE_CHANNEL,
    log,
    onMessage: (payload) => {
      const change = watching.size > 0 ? decodeLive(payload) : undefined;
      if (!change) return;
      branchOf(change.tenantId).then(
        (tenants) => {
          for (const id of tenants) for (const tell of watching.get(id) ?? []) tell([change.kind]);
        },
        (error: unknown) => log.warn({ error }, "could not find out who hears of a change"),
      );
    },
    // What happened while nobody listened is unknown, so everything may be old.
    onConnected: () => {
      for (const all of watching.values()) for (const tell of all) tell(liveKinds);
    },
  });

  return {
    subscribe(tenantId, onChange) {
      const mine = watching.get(tenantId) ?? new Set();
      watching.set(tenantId, mine.add(onChange));
      return () => {
        mine.delete(onChange);
        if (mine.size === 0 && watching.get(tenantId) === mine) watching.delete(tenantId);
      };
    },
    get subscribers() {
      return [...watching.values()].reduce((sum, all) => sum + all.size, 0);
    },
    close: () => listener.close(),
  };
}
