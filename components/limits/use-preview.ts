"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Inputs } from "@/components/api/outputs";
import { plainAmount, readAmount } from "@/components/billing/amount-input";
import { type CapName, capNames } from "@/components/limits/limit-words";

const WAIT_MS = 250;

export type LimitSubject = Readonly<{ extensionId?: string; ofTenantSlug?: string }>;

/** What the caps typed so far would have stopped; asked a moment after the last key, and never for half an amount. */
export function usePreview(
  tenantSlug: string,
  subject: LimitSubject,
  typed: Readonly<Partial<Record<CapName, string>>>,
) {
  const [asked, setAsked] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed), WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const caps = Object.fromEntries(
    capNames.flatMap((name) => {
      const text = asked[name] ?? "";
      return readAmount(text) === undefined ? [] : [[name, plainAmount(text)]];
    }),
  );
  const input: Inputs["limits"]["preview"] = { tenantSlug, ...subject, ...caps };
  return useQuery(useTRPC().limits.preview.queryOptions(input, { placeholderData: keepPreviousData })).data;
}
