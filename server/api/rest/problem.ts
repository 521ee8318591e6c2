import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { z } from "zod";

import { trpcCodeOf } from "@/server/api/error-map";
import { DomainError, type DomainErrorCode, domainErrors } from "@/server/kernel/errors";

/** What is answered instead of what was asked for, as RFC 9457 has it, with our codes. */
export const problemSchema = z
  .object({
    type: z.string().describe("An address that explains the code"),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

type Where = Readonly<{ appUrl: string; instance: string; requestId: string }>;
type Field = Readonly<{ pointer: string; code: string; detail: string }>;
export type Refusal = Readonly<{
  status: number;
  code: DomainErrorCode | "internal" | "method_not_allowed";
  detail: string;
  fields?: readonly Field[];
}>;

const statusOf = (code: DomainErrorCode): number =>
  getHTTPStatusCodeFromError(new TRPCError({ code: trpcCodeOf[code] }));

/** What went wrong, for whoever asked; undefined for a bug, which is told to nobody but the log. */
export function refusalIn(error: unknown): Refusal | undefined {
  const cause = error instanceof TRPCError ? error.cause : error;
  if (cause instanceof DomainError) return { status: statusOf(cause.code), code: cause.code, detail: cause.sentence };
  if (cause instanceof z.ZodError) {
    const fields = cause.issues.map(({ path, code, message }) => ({
      pointer: `/${path.join("/")}`,
      code,
      detail: message,
    }));
    return { status: 400, code: "invalid_input", detail: domainErrors.invalid_input, fields };
  }
  return undefined;
}

/** The refusal as a body; the same for the same request but for its number. */
export function problemOf(
  { status, code, detail, fields }: Refusal,
  { appUrl, instance, requestId }: Where,
): z.output<typeof problemSchema> {
  const title = code in domainErrors ? domainErrors[code as DomainErrorCode] : detail;
  return {
    type: `${appUrl}/docs/api#error-${code}`,
    title,
    status,
    detail,
    instance,
    code,
    request_id: requestId,
    ...(fields ? { errors: [...fields] } : {}),
  };
}
