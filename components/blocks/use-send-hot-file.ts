"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { base64Of, partsOf } from "@/components/cdr-import/send-file";
import { useScope } from "@/components/shell/scope";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

type Into = Readonly<{ name: string; mode: "merge" | "replace" }>;

/** Sends a file for a hot list part by part and starts its job; the list is made when there is none of that name. */
export function useSendHotFile(onStarted: () => void) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const createList = useMutation(trpc.blocks.createHotList.mutationOptions());
  const create = useMutation(trpc.blocks.createHotImport.mutationOptions());
  const addPart = useMutation(trpc.blocks.addHotPart.mutationOptions());
  const start = useMutation(trpc.blocks.startHotImport.mutationOptions());
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function listOf(name: string): Promise<string> {
    const { items } = await queries.fetchQuery(trpc.blocks.hotLists.queryOptions({ tenantSlug }));
    const there = items.find((list) => list.name === name);
    return there?.id ?? (await createList.mutateAsync({ tenantSlug, name })).id;
  }

  async function send(file: File, { name, mode }: Into): Promise<void> {
    setError(null);
    setSending(true);
    try {
      const hotListId = await listOf(name);
      const { id } = await create.mutateAsync({ tenantSlug, hotListId, mode, fileName: file.name, bytes: file.size });
      let part = 0;
      for await (const content of partsOf(file, () => {})) {
        await addPart.mutateAsync({ tenantSlug, hotImportId: id, part, data: base64Of(content) });
        part += 1;
      }
      await start.mutateAsync({ tenantSlug, hotImportId: id, parts: part });
      toast(t("{file} is being read into {list}.", { file: file.name, list: name }));
      onStarted();
    } catch (caught) {
      setError(caught);
    } finally {
      setSending(false);
      void queries.invalidateQueries({ queryKey: trpc.blocks.pathKey() });
    }
  }

  return { send, sending, error };
}
