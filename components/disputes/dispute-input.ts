import type { Inputs } from "@/components/api/outputs";
import { disputeStates } from "@/server/domain/disputes/dispute-kinds.schema";

type Input = Inputs["disputes"]["list"];

/** The list that an address names; what it does not understand is left out. The server's page asks for the same. */
export function disputeInput(
  tenantSlug: string,
  params: Readonly<{ get: (name: string) => string | null }>,
  sells: boolean,
): Input & { side: "sold" | "bought" } {
  const state = disputeStates.find((known) => known === params.get("state"));
  const text = params.get("q")?.trim().slice(0, 100);
  const cursor = params.get("before") ?? "";
  const side = sells && params.get("side") !== "bought" ? "sold" : "bought";
  return {
    tenantSlug,
    side,
    ...(state ? { state } : {}),
    ...(text ? { text } : {}),
    ...(/^\d{1,18}_[0-9a-f-]{36}$/.test(cursor) ? { cursor } : {}),
  };
}
