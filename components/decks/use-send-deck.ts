"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Inputs } from "@/components/api/outputs";
import { base64Of, packFile } from "@/components/decks/pack-file";
import { useScope } from "@/components/shell/scope";

type Given = Omit<Inputs["decks"]["create"], "tenantSlug" | "fileName" | "bytes" | "parts"> & Readonly<{ file: File }>;

/** Sends a file in parts and has it read. `sent` is the share that is there, from 0 to 100. */
export function useSendDeck(onSent: (deckId: string) => void) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const [sent, setSent] = useState(0);
  const create = useMutation(trpc.decks.create.mutationOptions());
  const addPart = useMutation(trpc.decks.addPart.mutationOptions());
  const start = useMutation(trpc.decks.start.mutationOptions());
  const send = useMutation({
    mutationFn: async ({ file, ...given }: Given) => {
      setSent(0);
      const parts = await packFile(file);
      const about = { fileName: file.name.slice(0, 200), bytes: file.size, parts: parts.length };
      const { id: deckId } = await create.mutateAsync({ tenantSlug, ...given, ...about });
      for (const [part, bytes] of parts.entries()) {
        await addPart.mutateAsync({ tenantSlug, deckId, part, data: base64Of(bytes) });
        setSent(Math.floor(((part + 1) * 100) / parts.length));
      }
      await start.mutateAsync({ tenantSlug, deckId });
      return deckId;
    },
    onSuccess: onSent,
  });
  return { send: send.mutate, sent, error: send.error, busy: send.isPending };
}
