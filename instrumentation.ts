/** Runs once when the web server starts, before its first request. */
export async function register(): Promise<void> {
  const { proxiesOf, watchSockets } = await import("@/server/auth/socket-address");
  const { currentEnv } = await import("@/server/config/env");
  watchSockets(proxiesOf(currentEnv().TRUSTED_PROXIES));
}
