import { EventQueue } from "@/server/infra/ami/event-queue";
import type { AmiGateway, EventHandler, PbxEvent } from "@/server/infra/ami/gateway";
import type { Logger } from "@/server/infra/log/logger";

export type Subscriptions = Pick<AmiGateway, "onEvent" | "onGap"> &
  Readonly<{
    push(event: PbxEvent): void;
    tellGap(gap: "connected" | "dropped"): void;
    dropped(): number;
  }>;

/** Who hears what: events go through the bounded queue to their handlers, gaps at once to all. */
export function createSubscriptions(log: Logger, maxQueuedEvents?: number): Subscriptions {
  const handlers = new Map<PbxEvent["kind"], ((event: PbxEvent) => void | Promise<void>)[]>();
  const gapHandlers: ((gap: "connected" | "dropped") => void)[] = [];
  const tellGap = (gap: "connected" | "dropped") => {
    for (const handler of gapHandlers) handler(gap);
  };
  const queue = new EventQueue({
    maxCalls: maxQueuedEvents ?? 20_000,
    maxSecurity: maxQueuedEvents ?? 5_000,
    onDropped: () => {
      log.warn({ dropped: queue.dropped }, "events of the PBX came faster than they were taken; reconciling");
      tellGap("dropped");
    },
    async deliver(event) {
      for (const handler of handlers.get(event.kind) ?? []) {
        try {
          await handler(event);
        } catch (error) {
          log.error({ error, kind: event.kind }, "a handler of PBX events failed");
        }
      }
    },
  });
  return {
    push: (event) => queue.push(event),
    tellGap,
    dropped: () => queue.dropped,
    onEvent: <K extends PbxEvent["kind"]>(kind: K, handler: EventHandler<K>) => {
      const typed = (event: PbxEvent) => handler(event as Extract<PbxEvent, { kind: K }>);
      handlers.set(kind, [...(handlers.get(kind) ?? []), typed]);
    },
    onGap: (handler) => {
      gapHandlers.push(handler);
    },
  };
}
