import type { ContainStep } from "@/server/domain/incidents/containment.schema";
import type { Loaded } from "@/server/domain/incidents/containments";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantContext } from "@/workers/processors/types";

/** It was released while a step was being prepared: nothing more is done. */
export class NotHeld extends Error {
  override readonly name = "NotHeld";
}

/** One run of the job over one containment. */
export type Run = Readonly<{
  ctx: TenantContext;
  containment: Loaded;
  /** What was done once already, when the run began. */
  effects: ReadonlySet<string>;
  /** Reads for the operator, and the tenants below. */
  read: <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>;
}>;

/** What is left to do in the transaction that writes the step down. */
export type Work = (tx: TenantWrite) => Promise<void>;

/** Does one step, and counts as it goes, so that what was done before a failure is known. */
export type Act = (run: Run & { readonly tally: { count: number } }) => Promise<Work | undefined>;
export type Acts = Readonly<Record<ContainStep, Act>>;
