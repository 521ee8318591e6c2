import { appUrl } from "@/server/config/database-url";
import { currentEnv, type Env } from "@/server/config/env";
import { connectDb, type Db } from "@/server/infra/db/client";
import { createPool, READERS_WAIT_MS, type SqlPool } from "@/server/infra/db/pool";
import { createTxtLookup } from "@/server/infra/dns/txt";
import { createLiveBus, LIVE_CHANNEL, type LiveBus } from "@/server/infra/live/bus";
import { createLiveHub, type LiveHub } from "@/server/infra/live/hub";
import { createLogger, type Logger } from "@/server/infra/log/logger";
import { providerOf } from "@/server/infra/payments/choose-provider";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import type { TenantId } from "@/server/kernel/ids";

export type WebServices = Readonly<{
  env: Env;
  db: Db;
  sql: SqlPool;
  log: Logger;
  live: LiveBus;
  hub: LiveHub;
  payments: PaymentProvider | undefined;
  lookupTxt: (name: string) => Promise<readonly string[]>;
}>;

const KEY = Symbol.for("ringfence.web-services");

/**
 * The connections of the web process, made on first use. Kept on the global object because the framework may load this
 * module once per bundle, and each copy would open its own.
 */
export function webServices(): WebServices {
  const home = globalThis as { [KEY]?: WebServices };
  home[KEY] ??= create();
  return home[KEY];
}

function create(): WebServices {
  const env = currentEnv();
  const log = createLogger({ name: "web", level: env.LOG_LEVEL });
  const url = appUrl(env);
  const onIdleError = (error: Error) => log.warn({ error }, "an idle database connection was lost");
  const sql = createPool(url, onIdleError, 4, READERS_WAIT_MS);
  const live = createLiveBus(
    async (payloads) => {
      await sql.query("live_notify", "SELECT pg_notify($1, p) FROM unnest($2::text[]) p", [LIVE_CHANNEL, payloads]);
    },
    { onFailed: (error) => log.warn({ error }, "could not tell others of a change") },
  );
  const above = async (tenantId: TenantId) =>
    (await sql.query<{ id: TenantId }>("tenants_above", "SELECT tenants_above($1) AS id", [tenantId])).map(
      (row) => row.id,
    );
  const hub = createLiveHub({ connectionString: url, above, log });
  const lookupTxt = createTxtLookup(env.DNS_SERVERS?.split(","));
  return { env, db: connectDb(url, 20), sql, log, live, hub, payments: providerOf(env), lookupTxt };
}
