import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";

const EVERY_MS = 60_000;
/** A step that failed this often needs somebody, or the link to come back. */
const MOST_ATTEMPTS = 40;

type Options = Readonly<{ pool: SqlPool; ami: AmiGateway | undefined; log: Logger; everyMs?: number }>;

/**
 * Goes on with containments whose job was given up: at once when the PBX can be reached again, and now and then.
 * @returns stops it.
 */
export function resumeContainments({ pool, ami, log, everyMs = EVERY_MS }: Options): () => void {
  const resume = (most: number | null) => {
    const text = "SELECT containments_resume($1) AS n";
    pool.query<{ n: number }>("containments_resume", text, [most]).then(
      ([row]) => row && row.n > 0 && log.info({ containments: row.n }, "containments go on"),
      (error: unknown) => log.warn({ error }, "containments could not be gone on with; trying again"),
    );
  };
  ami?.onGap((gap) => {
    if (gap === "connected") resume(null);
  });
  const timer = setInterval(() => resume(MOST_ATTEMPTS), everyMs);
  return () => clearInterval(timer);
}
