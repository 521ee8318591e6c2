import type { z } from "zod";

export type JobDefinition<
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Scope extends "tenant" | "system" = "tenant" | "system",
> = {
  /** Stored in the queue: changing it orphans jobs already queued. */
  readonly name: Name;
  /** A tenant's job acts for one tenant, which travels beside its payload; the system's jobs look at all of them. */
  readonly scope: Scope;
  readonly schema: Schema;
  readonly attempts: number;
  /** First retry delay; doubles on each further attempt. */
  readonly backoffMs: number;
  /** Runs by itself, this often. Only jobs of the system without a payload can. */
  readonly everyMs?: number;
};

export const defineJob = <const Name extends string, Schema extends z.ZodType, const Scope extends "tenant" | "system">(
  definition: JobDefinition<Name, Schema, Scope>,
): JobDefinition<Name, Schema, Scope> => Object.freeze(definition);
