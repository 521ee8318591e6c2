import { openPackageTransport } from "@/server/infra/ami/asterisk-manager";
import { AmiConnection, defaultTiming, type Timing } from "@/server/infra/ami/connection";
import { EventQueue } from "@/server/infra/ami/event-queue";
import { toLiveChannel, toPbxEvent } from "@/server/infra/ami/events";
import { amiField, limitSeconds } from "@/server/infra/ami/fields";
import type { AmiGateway, AmiStatus, EventHandler, PbxEvent } from "@/server/infra/ami/gateway";
import { openSocketTransport } from "@/server/infra/ami/socket-transport";
import type { OpenTransport, TransportTarget } from "@/server/infra/ami/transport";
import type { Logger } from "@/server/infra/log/logger";
import { DomainError } from "@/server/kernel/errors";

export type AmiOptions = Readonly<{
  host: string;
  port: number;
  tls: TransportTarget["tls"];
  reader: Readonly<{ username: string; secret: string }>;
  actor: Readonly<{ username: string; secret: string }>;
  log: Logger;
  timing?: Partial<Timing>;
  /** "package" is asterisk-manager, for plain connections; "socket" is our own, always used with TLS. */
  transport?: "package" | "socket";
  maxQueuedEvents?: number;
}>;

const openerOf = (options: AmiOptions): OpenTransport =>
  options.tls !== false || options.transport === "socket" ? openSocketTransport : openPackageTransport;

/** "No such channel": it ended in the meantime, which is an answer and not a failure. */
const isGone = (error: unknown) => error instanceof DomainError && /no such channel/i.test(`${error.detail["reason"]}`);

/**
 * Connects to Asterisk's manager interface twice, with two users of the least rights each: one only reads events, the
 * other only acts. A slow or failing action can so never hold up the reading.
 */
export function connectAmi(options: AmiOptions): AmiGateway {
  const { log } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const handlers = new Map<PbxEvent["kind"], ((event: PbxEvent) => void | Promise<void>)[]>();
  const gapHandlers: ((gap: "connected" | "dropped") => void)[] = [];
  const tellGap = (gap: "connected" | "dropped") => {
    for (const handler of gapHandlers) handler(gap);
  };

  const queue = new EventQueue({
    maxCalls: options.maxQueuedEvents ?? 20_000,
    maxSecurity: options.maxQueuedEvents ?? 5_000,
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

  const ready = () => reader.state === "ready" && actor.state === "ready";
  const shared = {
    open: openerOf(options),
    log,
    timing,
    onReady: () => ready() && tellGap("connected"),
    onLost: () => {},
  };
  const target = { host: options.host, port: options.port, tls: options.tls };
  const reader: AmiConnection = new AmiConnection({
    ...shared,
    name: "reader",
    target: { ...target, ...options.reader },
    onEvent(frame) {
      const event = toPbxEvent(frame, (Date.now() + reader.status().clockOffsetMs) * 1000);
      if (event) queue.push(event);
    },
  });
  const actor: AmiConnection = new AmiConnection({
    ...shared,
    name: "actor",
    target: { ...target, ...options.actor },
    onEvent: () => {},
  });

  return {
    ...actionsOf(actor),
    onEvent: <K extends PbxEvent["kind"]>(kind: K, handler: EventHandler<K>) => {
      const typed = (event: PbxEvent) => handler(event as Extract<PbxEvent, { kind: K }>);
      handlers.set(kind, [...(handlers.get(kind) ?? []), typed]);
    },
    onGap: (handler) => {
      gapHandlers.push(handler);
      if (ready()) handler("connected");
    },
    status: () => statusOf(reader, actor, queue.dropped),
    close: async () => {
      await Promise.all([reader.close(), actor.close()]);
    },
  };
}

function actionsOf(actor: AmiConnection): Pick<AmiGateway, "hangUp" | "setLimit" | "liveChannels"> {
  return {
    async hangUp(channel, { cause, deadlineMs }) {
      const fields = {
        action: "Hangup",
        channel: amiField("channel", channel),
        cause: amiField("cause", String(cause)),
      };
      return actor.act(fields, deadlineMs).then(
        () => "asked" as const,
        (error: unknown) => (isGone(error) ? ("gone" as const) : Promise.reject(error)),
      );
    },
    async setLimit(channel, seconds, { deadlineMs }) {
      const fields = {
        action: "Setvar",
        channel: amiField("channel", channel),
        variable: amiField("variable", "TIMEOUT(absolute)"),
        value: limitSeconds(seconds),
      };
      return actor.act(fields, deadlineMs).then(
        () => "set" as const,
        (error: unknown) => (isGone(error) ? ("gone" as const) : Promise.reject(error)),
      );
    },
    async liveChannels({ deadlineMs }) {
      const rows = await actor.act({ action: "CoreShowChannels" }, deadlineMs, "CoreShowChannelsComplete");
      return rows.filter((row) => row["event"] === "CoreShowChannel").map(toLiveChannel);
    },
  };
}

function statusOf(reader: AmiConnection, actor: AmiConnection, droppedEvents: number): AmiStatus {
  const [reading, acting] = [reader.status(), actor.status()];
  const problem = (name: string, one: typeof reading) =>
    one.state === "ready" ? undefined : `${name}: ${one.problem ?? one.state}`;
  return {
    connected: reading.state === "ready" && acting.state === "ready",
    since: new Date(Math.max(reading.since, acting.since)),
    lastEventAt: reading.lastEventAt,
    problem: problem("reading events", reading) ?? problem("acting", acting),
    droppedEvents,
    clockOffsetMs: acting.state === "ready" ? acting.clockOffsetMs : reading.clockOffsetMs,
  };
}
