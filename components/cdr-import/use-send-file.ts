"use client";

import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Inputs } from "@/components/api/outputs";
import { base64Of, partsOf } from "@/components/cdr-import/send-file";
import { useScope } from "@/components/shell/scope";

export type FileSettings = Omit<Inputs["cdrImports"]["create"], "tenantSlug" | "fileName" | "bytes">;

/** Sends a file part by part and starts its job. Who leaves stops it; what is not complete is never read. */
export function useSendFile(onStarted: (importId: string) => void) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const create = useMutation(trpc.cdrImports.create.mutationOptions());
  const addPart = useMutation(trpc.cdrImports.addPart.mutationOptions());
  const start = useMutation(trpc.cdrImports.start.mutationOptions());
  const [sentBytes, setSentBytes] = useState<number>();
  const [error, setError] = useState<unknown>();
  const left = useRef(false);
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
    };
  }, []);

  async function send(file: File, settings: FileSettings): Promise<void> {
    setError(undefined);
    setSentBytes(0);
    try {
      const made = await create.mutateAsync({ tenantSlug, ...settings, fileName: file.name, bytes: file.size });
      let read = 0;
      let part = 0;
      const parts = partsOf(file, (bytes) => {
        read = bytes;
      });
      for await (const content of parts) {
        if (left.current) return;
        await addPart.mutateAsync({ tenantSlug, importId: made.id, part, data: base64Of(content) });
        part += 1;
        setSentBytes(read);
      }
      if (left.current) return;
      await start.mutateAsync({ tenantSlug, importId: made.id, parts: part });
      onStarted(made.id);
    } catch (caught) {
      setError(caught);
    } finally {
      setSentBytes(undefined);
    }
  }

  return { send, sentBytes, error };
}
