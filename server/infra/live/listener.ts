import { randomInt } from "node:crypto";

import { Client } from "pg";

import type { Logger } from "@/server/infra/log/logger";

export type Listener = { close(): Promise<void>; readonly connected: boolean };

type Options = Readonly<{
  connectionString: string;
  channel: string;
  onMessage: (payload: string) => void;
  /** After each connect: messages may have been missed, so look for yourself. */
  onConnected?: () => void;
  log: Logger;
  retryMs?: number;
}>;

/** Holds one connection that hears a Postgres channel, and gets a new one whenever it is lost. */
export function listen(options: Options): Listener {
  const { log, channel } = options;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let connected = false;

  const retry = () => {
    connected = false;
    client = undefined;
    if (closed) return;
    const wait = options.retryMs ?? 500;
    timer = setTimeout(() => void open(), Math.ceil(wait / 2) + randomInt(wait));
  };

  const open = async () => {
    const mine = new Client({
      connectionString: options.connectionString,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      connectionTimeoutMillis: 5_000,
      application_name: `ringfence listen ${channel}`,
    });
    client = mine;
    let over = false;
    const lost = (error?: unknown) => {
      if (over) return;
      over = true;
      if (!closed) log.warn({ channel, error }, "lost the connection that listens to the database");
      void mine.end().catch(() => {});
      retry();
    };
    mine.on("error", lost);
    mine.on("end", () => lost());
    mine.on("notification", (message) => options.onMessage(message.payload ?? ""));
    try {
      await mine.connect();
      await mine.query(`LISTEN ${mine.escapeIdentifier(channel)}`);
      connected = true;
      options.onConnected?.();
    } catch (error) {
      lost(error);
    }
  };
  void open();

  return {
    get connected() {
      return connected;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
