/** Runs once when the web server starts, before its first request. */
export async function register(): Promise<void> {
  // The framework builds this file for a second runtime too, which has no sockets and which nothing here uses.
  if (process.env["NEXT_RUNTIME"] === "edge") return;
  const { proxiesOf, watchSockets } = await import("@/server/auth/socket-address");
  const { currentEnv } = await import("@/server/config/env");
  const { createLogger } = await import("@/server/infra/log/logger");
  const { servePacked } = await import("@/server/infra/web/packed-files");
  servePacked(`${process.cwd()}/.next`);
  const log = createLogger({ name: "web" });
  watchSockets(proxiesOf(currentEnv().TRUSTED_PROXIES), (peer) =>
    log.warn({ peer }, "requests are forwarded from an address that TRUSTED_PROXIES does not name; it is not banned"),
  );
}
