import { createElement, Fragment, type ReactNode } from "react";

import { filled, type Message, translated } from "@/server/kernel/words";

type Parts = (inside: ReactNode) => ReactNode;
export type RichValues = Readonly<Record<string, ReactNode | bigint | Parts>>;

const together = (parts: readonly unknown[]): ReactNode => createElement(Fragment, null, ...(parts as ReactNode[]));

/** A sentence with elements in it: `<link>…</link>` and {placeholders} are given as functions and nodes. */
export const rich = <const S extends string>(text: string extends S ? never : S, values: RichValues): ReactNode =>
  richly(text as string as Message, values);

/** The same for a text that was marked by `msg`. */
export function richly(message: Message, values: RichValues): ReactNode {
  const wrapped = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "function" ? (inside: readonly unknown[]) => value(together(inside)) : value,
  ]);
  return together(filled(translated(message), Object.fromEntries(wrapped)));
}
