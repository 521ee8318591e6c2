"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";

export type OfMany = Outputs["incidentsMany"]["assign"][number];

/** What is done to several incidents at once; what became of each stays until it is put away. */
export function useMany() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [results, setResults] = useState<readonly OfMany[]>();
  const kept = {
    onSuccess: (done: readonly OfMany[]) => {
      void queries.invalidateQueries({ queryKey: trpc.incidents.pathKey() });
      void queries.invalidateQueries({ queryKey: trpc.containment.pathKey() });
      setResults(done);
    },
  };
  return {
    results,
    assign: useMutation(trpc.incidentsMany.assign.mutationOptions(kept)),
    rate: useMutation(trpc.incidentsMany.setSeverity.mutationOptions(kept)),
    contain: useMutation(trpc.incidentsMany.contain.mutationOptions(kept)),
    dismiss: useMutation(trpc.incidentsMany.dismiss.mutationOptions(kept)),
  };
}
