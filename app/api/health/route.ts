import { connection } from "next/server";

import { webServices } from "@/server/infra/web/services";

/** For load balancers and the starter: 200 while this process can do its work, 503 while its database is away. */
export async function GET(): Promise<Response> {
  await connection();
  const database = await webServices()
    .sql.query("health", "SELECT 1", [])
    .then(
      () => true,
      () => false,
    );
  const status = database ? 200 : 503;
  return Response.json({ ok: database, database }, { status, headers: { "cache-control": "no-store" } });
}
