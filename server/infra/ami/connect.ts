import { openPackageTransport } from "@/server/infra/ami/asterisk-manager";
import { AmiConnection, defaultTiming, type Timing } from "@/server/infra/ami/connection";
import { toLiveChannel, toPbxEvent } from "@/server/infra/ami/events";
import { amiField, limitSeconds } from "@/server/infra/ami/fields";
import { type AmiGateway, type AmiStatus, type PbxContact, TEST_CONTEXT } from "@/server/infra/ami/gateway";
import { openSocketTransport } from "@/server/infra/ami/socket-transport";
import { createSubscriptions } from "@/server/infra/ami/subscriptions";
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
  /** "socket" is our own, always used with TLS; "package" is asterisk-manager, for plain connections. */
  transport?: "package" | "socket";
  maxQueuedEvents?: number;
}>;

const openerOf = (options: AmiOptions): OpenTransport =>
  options.tls === false && options.transport === "package" ? openPackageTransport : openSocketTransport;

/** "No such channel": it ended in the meantime, which is an answer and not a failure. */
const isGone = (error: unknown) => error instanceof DomainError && /no such channel/i.test(`${error.detail["reason"]}`);

/**
 * Connects to Asterisk's manager interface twice, with two users of the least rights each: one only reads events, the
 * other only acts. A slow or failing action can so never hold up the reading.
 */
export function connectAmi(options: AmiOptions): AmiGateway {
  const { log } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const subscriptions = createSubscriptions(log, options.maxQueuedEvents);
  let told = false;
  const ready = () => reader.state === "ready" && actor.state === "ready";
  const shared = {
    open: openerOf(options),
    log,
    timing,
    onReady: () => {
      actor.booted();
      if (ready() && !told) subscriptions.tellGap("connected");
      told = ready();
    },
    onLost: () => {
      told = false;
    },
  };
  const target = { host: options.host, port: options.port, tls: options.tls };
  const reader: AmiConnection = new AmiConnection({
    ...shared,
    name: "reader",
    target: { ...target, ...options.reader },
    knownBooted: () => false,
    onEvent(frame) {
      const event = toPbxEvent(frame, (Date.now() + reader.status().clockOffsetMs) * 1000);
      if (event) subscriptions.push(event);
    },
  });
  const actor: AmiConnection = new AmiConnection({
    ...shared,
    name: "actor",
    target: { ...target, ...options.actor },
    knownBooted: () => reader.state === "ready",
    onEvent: () => {},
  });

  return {
    ...actionsOf(actor),
    onEvent: subscriptions.onEvent,
    onGap: (handler) => {
      subscriptions.onGap(handler);
      if (ready()) handler("connected");
    },
    status: () => statusOf(reader, actor, subscriptions.dropped()),
    close: async () => {
      await Promise.all([reader.close(), actor.close()]);
    },
  };
}

type Acts = "hangUp" | "setLimit" | "answeredAtUs" | "ringForEcho" | "liveChannels" | "contact" | "core";

/** Longer than the dialplan rings: it ends the attempt, not this. */
const RING_S = 40;

const ringFields = (endpoint: string) => ({
  action: "Originate",
  channel: `Local/${amiField("endpoint", endpoint)}@${TEST_CONTEXT}/n`,
  application: "Wait",
  data: String(RING_S),
  timeout: String(RING_S * 1_000),
  // What only rings is no call, and leaves no record.
  variable: "CDR_PROP(disable)=1",
  async: "true",
});

function actionsOf(actor: AmiConnection): Pick<AmiGateway, Acts> {
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
    async answeredAtUs(channel, { deadlineMs }) {
      const fields = {
        action: "Getvar",
        channel: amiField("channel", channel),
        variable: amiField("variable", "CDR(answer,u)"),
      };
      const seconds = await actor.act(fields, deadlineMs).then(
        ([answer]) => Number(answer?.["value"]),
        (error: unknown) => (isGone(error) ? 0 : Promise.reject(error)),
      );
      return seconds > 0 ? Math.round(seconds * 1_000_000) : undefined;
    },
    async ringForEcho(endpoint, { deadlineMs }) {
      await actor.act(ringFields(endpoint), deadlineMs);
    },
    async liveChannels({ deadlineMs }) {
      const rows = await actor.act({ action: "CoreShowChannels" }, deadlineMs, "CoreShowChannelsComplete");
      return rows.filter((row) => row["event"] === "CoreShowChannel").map(toLiveChannel);
    },
    contact: (endpoint, { deadlineMs }) => contactOf(actor, endpoint, deadlineMs),
    async core({ deadlineMs }) {
      const ask = (action: string) => actor.act({ action }, deadlineMs);
      const [[settings], [status]] = await Promise.all([ask("CoreSettings"), ask("CoreStatus")]);
      return { version: settings?.["asteriskversion"] ?? "", calls: Number(status?.["corecurrentcalls"] ?? 0) };
    },
  };
}

async function contactOf(actor: AmiConnection, endpoint: string, deadlineMs: number): Promise<PbxContact | undefined> {
  const ask = async (variable: string) => {
    const [answer] = await actor.act({ action: "Getvar", variable: amiField("variable", variable) }, deadlineMs);
    return answer?.["value"] ?? "";
  };
  const [id = ""] = (await ask(`PJSIP_AOR(${endpoint},contact)`)).split(",");
  if (id === "") return undefined;
  const [status, rttUs] = await Promise.all([ask(`PJSIP_CONTACT(${id},status)`), ask(`PJSIP_CONTACT(${id},rtt)`)]);
  return { status, roundTripMs: Number(rttUs) > 0 ? Number(rttUs) / 1000 : null };
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
    bootedAt: reading.bootedAt === undefined ? undefined : new Date(reading.bootedAt),
    clockOffsetMs: acting.state === "ready" ? acting.clockOffsetMs : reading.clockOffsetMs,
  };
}
