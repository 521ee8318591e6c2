import { connection } from "next/server";

import { unnamedProxies } from "@/server/auth/socket-address";
import { webServices } from "@/server/infra/web/services";

/**
 * For load balancers and the starter: 200 while this process can do its work, 503 while its database is away. And for whoever
 * looks after the installation: whether proxies in front hide where people come from, because nobody named them.
 */
export async function GET(): Promise<Response> {
  await connection();
  const database = await webServices()
    .sql.query("health", "SELECT 1", [])
    .then(
      () => true,
      () => false,
    );
  const status = database ? 200 : 503;
  const said = { ok: database, database, unnamedProxies: unnamedProxies() };
  return Response.json(said, { status, headers: { "cache-control": "no-store" } });
}
