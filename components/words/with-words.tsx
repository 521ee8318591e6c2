"use client";

import { type ReactNode, use } from "react";

import { learn } from "@/server/kernel/words";

const arriving = new Map<string, Promise<void>>();

/** Fetched once per page of the browser; its address changes with its contents, so the browser keeps it. */
function arrived(address: string): Promise<void> {
  const known = arriving.get(address);
  if (known) return known;
  const coming = fetch(address)
    .then(async (answer) => answer.ok && learn(await answer.json()))
    // A page in English is better than none.
    .then(
      () => undefined,
      () => undefined,
    );
  arriving.set(address, coming);
  return coming;
}

type Props = Readonly<{ from: readonly string[]; children: ReactNode }>;

/** Waits for the words of what is inside before it wakes up; until then the page stands as the server wrote it. */
export function WithWords({ from, children }: Props) {
  if (typeof window !== "undefined") for (const address of from.map(arrived)) use(address);
  return children;
}
