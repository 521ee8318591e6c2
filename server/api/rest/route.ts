import type { inferRouterOutputs } from "@trpc/server";
import { z } from "zod";

import type { AppRouter } from "@/server/api/root";
import { decimalOf } from "@/server/kernel/money";

type Outputs = inferRouterOutputs<AppRouter>;
type OutputOf<Path extends string> = Path extends `${infer Router}.${infer Name}`
  ? Router extends keyof Outputs
    ? Name extends keyof Outputs[Router]
      ? Outputs[Router][Name]
      : never
    : never
  : never;

export type Asked = Readonly<{
  tenantSlug: string;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: Readonly<Record<string, unknown>>;
  /** What its sender chose for a change; empty for what only reads. */
  key: string;
}>;

type Described<Path extends string, Answer extends z.ZodType> = Readonly<{
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below /api/v1; names in braces are parts of the address. */
  path: string;
  id: string;
  tag: string;
  summary: string;
  /** The procedure that does it: its permission is the scope, its audit action the event. */
  procedure: Path;
  query?: z.ZodObject;
  body?: z.ZodObject;
  answer: Answer;
  status?: 200 | 201 | 202;
  input?: (asked: Asked) => Readonly<Record<string, unknown>>;
  shape: (output: OutputOf<Path>, asked: Asked) => z.input<Answer>;
}>;

/** One address of the API, as the door and the document read it. */
export type Route = Omit<Described<string, z.ZodType>, "shape"> &
  Readonly<{ shape: (output: unknown, asked: Asked) => unknown }>;

/** Describes an address; the compiler compares what is answered with the procedure and with the documented answer. */
export const route = <const Path extends string, Answer extends z.ZodType>(
  described: Described<Path, Answer>,
): Route => ({
  ...described,
  shape: described.shape as Route["shape"],
});

/** Money is a text with all its digits, never a number that a reader rounds. */
export const moneySchema = z
  .object({ amount: z.string().regex(/^-?\d+\.\d{6}$/), currency: z.string().length(3) })
  .meta({ id: "Money" });
export const moneyOf = (micros: bigint, currency: string) => ({ amount: decimalOf(micros), currency });

export const momentSchema = z.iso.datetime({ offset: true });
export const textOfMoment = (at: Date | null): string | null => at?.toISOString() ?? null;

/** A page: `next_cursor` goes into `starting_after` of the next request; null after the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });
export const paged = <Item>(data: Item[], cursor: string | null) => ({
  data,
  has_more: cursor !== null,
  next_cursor: cursor,
});

export const limitSchema = z.coerce.number().int().min(1).max(200).optional().describe("How many at most, up to 200");
export const afterSchema = z.string().max(100).optional().describe("next_cursor of the page before");
export const idSchema = z.object({ id: z.string() });

/** What of a query is there; `starting_after` is called `cursor` inside. */
export const pageInput = ({ query: { starting_after, limit, ...rest } }: Asked): Readonly<Record<string, unknown>> => ({
  ...rest,
  ...(limit === undefined ? {} : { limit: Number(limit) }),
  ...(starting_after === undefined ? {} : { cursor: starting_after }),
});
