"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPCClient } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { type CallState, phoneStore } from "@/components/phone/phone-store";

/** What the portal knows of a call, and how much its clock is ahead of this browser's, in milliseconds. */
export type KnownCall = NonNullable<Outputs["browserPhone"]["callState"]> & { readonly skewMs: number };

const POLL_MS = 2_000;
/** So often it is asked for a call that the page knows to be over and the portal does not yet. */
const LATE_MS = 700;
const PATIENCE_MS = 15_000;

/** What the portal knows of the call that this page placed: price, cost, when it stops, and why it ended. */
export function useKnownCall(call: CallState): KnownCall | undefined {
  const client = useTRPCClient();
  const { owner } = phoneStore.get();
  const { data } = useQuery({
    queryKey: ["phone-call", call.key],
    enabled: call.direction === "out" && owner !== undefined && call.phase !== "calling",
    queryFn: async (): Promise<KnownCall | null> => {
      const { tenantSlug, extensionId } = owner ?? { tenantSlug: "", extensionId: "" };
      const ageSeconds = Math.max(0, Math.ceil((Date.now() - call.startedAt) / 1_000));
      const found = await client.browserPhone.callState.query({
        tenantSlug,
        extensionId,
        dialled: call.number,
        ageSeconds,
      });
      return found && { ...found, skewMs: found.serverNow.getTime() - Date.now() };
    },
    refetchInterval: ({ state }) => {
      if (call.phase !== "over") return POLL_MS;
      const waits = state.data?.state !== "ended" && Date.now() - (call.endedAt ?? 0) < PATIENCE_MS;
      return waits ? LATE_MS : false;
    },
  });
  return data ?? undefined;
}
