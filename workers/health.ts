import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { CallLifecycle } from "@/workers/calls/call-lifecycle";
import type { JobQueue } from "@/workers/queue-backend";

export type Health = Readonly<{
  ok: boolean;
  report: Readonly<{
    database: "ok" | "away";
    queue: Readonly<{ backend: string; state: "ok" | "away" } & Record<string, string | number>>;
    ami: Readonly<{
      connected: boolean;
      lastEventAgeMs: number | null;
      problem: string | null;
      droppedEvents: number;
    }> | null;
    calls: Readonly<{ live: number; endsWaiting: number; endsDropped: number }>;
  }>;
}>;

type Parts = Readonly<{ pool: SqlPool; queue: JobQueue; ami: AmiGateway | undefined; lifecycle: CallLifecycle }>;

const PATIENCE_MS = 1_000;

const inTime = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE_MS).unref()),
  ]);

/** The state of each part, without a secret. Well is who can authorise and settle calls: that takes only the database. */
export const healthOf = async ({ pool, queue, ami, lifecycle }: Parts): Promise<Health> => {
  const [database, counts] = await Promise.all([
    inTime(pool.query("health", "SELECT 1", [])).then(
      () => "ok" as const,
      () => "away" as const,
    ),
    inTime(queue.counts()).catch(() => undefined),
  ]);
  const status = ami?.status();
  return {
    ok: database === "ok",
    report: {
      database,
      queue: { backend: queue.kind, state: counts ? "ok" : "away", ...counts },
      ami: status
        ? {
            connected: status.connected,
            lastEventAgeMs: status.lastEventAt ? Date.now() - status.lastEventAt.getTime() : null,
            problem: status.problem ?? null,
            droppedEvents: status.droppedEvents,
          }
        : null,
      calls: {
        live: lifecycle.registry.size,
        endsWaiting: lifecycle.settlements.waiting,
        endsDropped: lifecycle.settlements.dropped,
      },
    },
  };
};
