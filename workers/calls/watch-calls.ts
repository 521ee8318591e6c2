import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { Logger } from "@/server/infra/log/logger";
import type { Reconciler } from "@/workers/calls/reconcile";

const SWEEP_MS = 15_000;

/** Calls are compared with channels after each connect and each loss, and every few seconds besides. */
export function watchCalls(reconciler: Reconciler, ami: AmiGateway | undefined, log: Logger): () => void {
  const run = () => {
    reconciler.run().catch((error: unknown) => log.warn({ error }, "calls could not be reconciled; trying again"));
  };
  ami?.onGap(run);
  run();
  const timer = setInterval(run, SWEEP_MS);
  return () => {
    clearInterval(timer);
    reconciler.close();
  };
}
