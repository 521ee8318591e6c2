"use client";

import { useState } from "react";

import { thereOf } from "@/components/api/refusal";

type Seen = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What a form showed when it was opened, which it sends along so that it overwrites nothing unseen. After a refusal the person
 * was told what is there by now, and saves again because they mean it: that is what they have seen then.
 */
export function useSeen<Values extends Seen>(first: Values) {
  const [seen, setSeen] = useState<Seen>(first);
  return {
    seen: seen as Record<string, string | number | boolean | null>,
    told: (error: unknown) => setSeen((before) => ({ ...before, ...thereOf(error) })),
    saved: (values: Values) => setSeen(values),
  };
}
