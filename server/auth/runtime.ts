import { type Attempts, createAttempts } from "@/server/auth/attempts";
import { createProvisionGate, type ProvisionGate } from "@/server/auth/provision-gate";
import { recordRefusals } from "@/server/domain/audit/change";
import { createRefusalBook, type RefusalBook } from "@/server/domain/audit/refusal-book";
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

const REFUSALS = Symbol.for("ringfence.refusal-book");
const GATHER_MS = 500;

/** Where the web process leaves what it refused; what waits is written before it ends. */
export function refusalBook(): RefusalBook {
  const home = globalThis as { [REFUSALS]?: RefusalBook };
  if (home[REFUSALS]) return home[REFUSALS];
  const { db, log, live } = webServices();
  const book = createRefusalBook({
    everyMs: GATHER_MS,
    record: async (events) => {
      await recordRefusals(db, events);
      for (const { where } of events)
        if ("tenantId" in where) live.publish({ tenantId: where.tenantId, kind: "audit" });
    },
    failed: (error, waiting) => log.warn({ error, waiting }, "refusals could not be written to the trail yet"),
  });
  process.once("SIGTERM", () => void book.close());
  process.once("SIGINT", () => void book.close());
  home[REFUSALS] = book;
  return book;
}
