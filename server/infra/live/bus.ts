import type { TenantId, UserId } from "@/server/kernel/ids";

/** What can change on a page. The stream carries these words only; the browser then asks for the data with its own rights. */
export const liveKinds = [
  "calls",
  "registrations",
  "balance",
  "security",
  "audit",
  "tenants",
  "extensions",
  "numbers",
  "tasks",
  "mail",
  "statements",
  "disputes",
  "incidents",
  "bans",
  "rules",
] as const;
export type LiveKind = (typeof liveKinds)[number];
export type LiveChange = Readonly<{ tenantId: TenantId; kind: LiveKind }>;

/** The Postgres channel of live changes; triggers in the database use it too. */
export const LIVE_CHANNEL = "live";

export type LiveBus = {
  /** Tells every web process, soon and once, that something of this kind changed for this tenant. Never throws. */
  publish(change: LiveChange): void;
  /** Sends what is waiting and stops. */
  close(): Promise<void>;
};

/**
 * Collects changes for a moment, so that a hundred calls of one tenant in a second make a few messages.
 * @param notify runs pg_notify for each payload. When it fails the changes are lost, which only delays a picture.
 */
export function createLiveBus(
  notify: (payloads: readonly string[]) => Promise<void>,
  options: Readonly<{ coalesceMs?: number; onFailed?: (error: unknown) => void }> = {},
): LiveBus {
  const waiting = new Map<string, LiveChange>();
  let timer: NodeJS.Timeout | undefined;
  let sending = Promise.resolve();

  const flush = () => {
    timer = undefined;
    const payloads = [...waiting.values()].map(encodeLive);
    waiting.clear();
    if (payloads.length === 0) return;
    sending = sending.then(() => notify(payloads)).catch((error: unknown) => options.onFailed?.(error));
  };

  return {
    publish(change) {
      waiting.set(`${change.tenantId} ${change.kind}`, change);
      timer ??= setTimeout(flush, options.coalesceMs ?? 100);
    },
    async close() {
      clearTimeout(timer);
      flush();
      await sending;
    },
  };
}

export const encodeLive = ({ tenantId, kind }: LiveChange): string => JSON.stringify({ t: tenantId, k: kind });

/** What the channel says: something of a tenant changed, or a session or a seat of a person did. */
export type Heard = LiveChange | Readonly<{ userId: UserId }>;

/** @returns undefined for a message that is not of this channel's form. */
export function decodeLive(payload: string): Heard | undefined {
  try {
    const { t, k, u } = JSON.parse(payload) as { t?: unknown; k?: unknown; u?: unknown };
    if (typeof u === "string") return { userId: u as UserId };
    const kind = liveKinds.find((known) => known === k);
    return typeof t === "string" && kind ? { tenantId: t as TenantId, kind } : undefined;
  } catch {
    return undefined;
  }
}
