"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { useTRPC, useTRPCClient } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { type PhoneApi, PhoneLine } from "@/components/phone/phone-line";
import { phoneStore } from "@/components/phone/phone-store";

let line: PhoneLine | undefined;

/** The line of this page, if there is one. */
export const currentLine = (): PhoneLine | undefined => line;

/** Starts and ends the one line of this page. */
export function useLine() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useMemo(() => {
    const apiOf = (tenantSlug: string): PhoneApi => ({
      open: (extensionId) => client.browserPhone.open.mutate({ tenantSlug, extensionId }),
      alive: async (name) => {
        const { until, iceServers } = await client.browserPhone.alive.query({ tenantSlug, name });
        return until === null ? undefined : iceServers;
      },
      close: (extensionId, name) => client.browserPhone.close.mutate({ tenantSlug, extensionId, name }),
      refusal: (error) => {
        const refusal = refusalOf(error);
        return refusal.code === "no_answer" ? undefined : refusal;
      },
    });
    const stop = () => {
      line?.stop();
      line = undefined;
      phoneStore.set({ call: undefined });
      void queries.invalidateQueries(trpc.extensions.list.pathFilter());
    };
    return {
      start: (tenantSlug: string, extensionId: string) => {
        if (line) stop();
        line = new PhoneLine(apiOf(tenantSlug), { tenantSlug, extensionId });
        void line.start();
      },
      stop,
    };
  }, [client, queries, trpc]);
}
