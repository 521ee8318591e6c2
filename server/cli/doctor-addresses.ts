import type { Place } from "@/server/config/place";
import { type Finding, fine, wrong } from "./doctor-part";

const PATIENCE_MS = 3_000;

/**
 * Whether the portal sees where people come from. It is asked at the address that people type, so by the way of their requests:
 * a proxy on a private address that forwards and is not named is known to it by then.
 */
export async function addresses({ appUrl }: Pick<Place, "appUrl">): Promise<Finding> {
  const answer = await fetch(`${appUrl.replace(/\/$/, "")}/api/health`, {
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => undefined);
  const report = (await answer?.json().catch(() => undefined)) as { unnamedProxies?: number } | undefined;
  const hidden = report?.unnamedProxies;
  if (hidden === undefined) return fine("addresses", `not known: no portal answers at ${appUrl}`);
  if (hidden === 0) return fine("addresses", "no proxy hides where people come from");
  const fix = "Set TRUSTED_PROXIES to the address that the portal's log names, and start the portal again.";
  return wrong(
    "addresses",
    "a proxy in front of the portal hides where people come from, so nobody is banned by it",
    fix,
  );
}
