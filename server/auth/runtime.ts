import { type Attempts, createAttempts } from "@/server/auth/attempts";
import { createProvisionGate, type ProvisionGate } from "@/server/auth/provision-gate";
import { webServices } from "@/server/infra/web/services";

const KEY = Symbol.for("ringfence.sign-in-attempts");

/** The count of failed sign-ins, shared by every bundle of the process. */
export function signInAttempts(): Attempts {
  const home = globalThis as { [KEY]?: Attempts };
  const { env, sql } = webServices();
  home[KEY] ??= createAttempts({ secret: env.AUTH_SECRET, sql, redisUrl: env.REDIS_URL });
  return home[KEY];
}

const GATE = Symbol.for("ringfence.provision-gate");

/** The count of links and phones' names that were wrong. */
export function provisionGate(): ProvisionGate {
  const home = globalThis as { [GATE]?: ProvisionGate };
  const { env, sql } = webServices();
  home[GATE] ??= createProvisionGate({ secret: env.AUTH_SECRET, sql, redisUrl: env.REDIS_URL });
  return home[GATE];
}
