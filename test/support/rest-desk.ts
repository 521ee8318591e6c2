import { randomUUID } from "node:crypto";

import { restDoor } from "@/server/api/rest/door";
import { createRateLimit } from "@/server/api/rest/rate-limit";
import type { Permission } from "@/server/domain/tenancy/roles";
import { callerFor, contextFor } from "@/test/support/caller";
import type { TestDatabase } from "@/test/support/database";

type Sent = Readonly<{ body?: unknown; key?: string | null; headers?: Readonly<Record<string, string>> }>;
export type Answer = Readonly<{ status: number; headers: Headers; body: Record<string, unknown> }>;

/** Makes tokens as a person does and asks as a program does. */
export function restDesk(db: TestDatabase, most = 100_000) {
  const limits = { perToken: createRateLimit(most), perStranger: createRateLimit(most) };
  const token = (userId: string, tenantSlug: string, scopes: readonly Permission[]) =>
    callerFor(db.app, userId).tokens.create({ tenantSlug, name: "Program", scopes: [...scopes], validDays: 30 });
  const ask = async (
    text: string | undefined,
    line: string,
    { body, key, headers = {} }: Sent = {},
  ): Promise<Answer> => {
    const [method = "GET", path = "/"] = line.split(" ");
    const chosen = key === undefined ? randomUUID() : key;
    const request = new Request(`http://127.0.0.1:3000/api/v1${path}`, {
      method,
      headers: {
        ...(text === undefined ? {} : { authorization: `Bearer ${text}` }),
        ...(method === "GET" || chosen === null ? {} : { "idempotency-key": chosen }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    // Cookies of a person are none of the door's business: this context is of nobody.
    const parts = new URL(request.url).pathname.split("/").filter(Boolean).slice(2);
    const response = await restDoor(contextFor(db.app, undefined), request, parts.map(decodeURIComponent), limits);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  return { token, ask };
}
