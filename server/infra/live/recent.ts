import { randomBytes } from "node:crypto";

import type { LiveChange, LiveKind } from "@/server/infra/live/bus";
import type { TenantId } from "@/server/kernel/ids";

type Kept = Readonly<{ at: number; kind: LiveKind; tenants: readonly TenantId[] }>;

export type Recent = {
  /** Where the stream stands: what a browser names when it comes back. */
  position(): string;
  /** Writes a change down. `tenants`: who hears of it. */
  add(change: LiveChange, tenants: readonly TenantId[]): void;
  /** Something may have been missed: nobody can go on from before here. */
  forget(): void;
  /** The kinds that changed for each of these tenants since then; undefined when that is not known any more. */
  since(position: string, tenants: readonly TenantId[]): ReadonlyMap<TenantId, ReadonlySet<LiveKind>> | undefined;
};

/**
 * The last changes of this process, so that a browser whose line was cut hears what it missed. One entry for a kind at a
 * tenant, the latest: it is told once however often it changed. Another process, or this one after a start, knows
 * nothing of a position that is not its own.
 */
export function createRecent(most = 4_096): Recent {
  const own = randomBytes(6).toString("hex");
  const kept = new Map<string, Kept>();
  let now = 0;
  /** What is older than this is not known. */
  let from = 0;

  return {
    position: () => `${own}-${now}`,
    add({ tenantId, kind }, tenants) {
      now += 1;
      const key = `${tenantId} ${kind}`;
      kept.delete(key);
      kept.set(key, { at: now, kind, tenants });
      const [oldest] = kept;
      if (kept.size <= most || !oldest) return;
      kept.delete(oldest[0]);
      from = oldest[1].at;
    },
    forget() {
      now += 1;
      from = now;
      kept.clear();
    },
    since(position, tenants) {
      const [process = "", at = ""] = position.split("-");
      const seen = Number(at);
      if (process !== own || !/^\d+$/.test(at) || seen < from || seen > now) return undefined;
      const missed = new Map<TenantId, Set<LiveKind>>();
      for (const entry of kept.values()) {
        if (entry.at <= seen) continue;
        for (const id of tenants) {
          if (entry.tenants.includes(id)) missed.set(id, (missed.get(id) ?? new Set()).add(entry.kind));
        }
      }
      return missed;
    },
  };
}
