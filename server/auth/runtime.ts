import { type Attempts, createAttempts } from "@/server/auth/attempts";
import { webServices } from "@/server/infra/web/services";

const KEY = Symbol.for("ringfence.sign-in-attempts");

/** The count of failed sign-ins, shared by every bundle of the process. */
export function signInAttempts(): Attempts {
  const home = globalThis as { [KEY]?: Attempts };
  const { env, sql } = webServices();
  home[KEY] ??= createAttempts({ secret: env.AUTH_SECRET, sql, redisUrl: env.REDIS_URL });
  return home[KEY];
}
