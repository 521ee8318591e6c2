"use client";

import { useState } from "react";

import { type Message, say } from "@/server/kernel/words";

/** Says what is wrong with a value, or nothing. */
export type Check = (value: string) => string | undefined;

export type Problems<Name extends string> = Partial<Record<Name, string | undefined>>;

/**
 * Reads a form's fields and checks them together. The first field with a problem gets the focus, and every problem stands at its own field.
 * The server checks again; this only saves the trip.
 */
export function useFields<Name extends string>(checks: Readonly<Record<Name, Check>>) {
  const [problems, setProblems] = useState<Problems<Name>>({});
  const names = Object.keys(checks) as Name[];

  function read(form: HTMLFormElement): Record<Name, string> | undefined {
    const data = new FormData(form);
    const values = Object.fromEntries(
      names.map((name) => {
        const typed = String(data.get(name) ?? "");
        const field = form.elements.namedItem(name);
        // Blanks around a password are a part of it: signing in takes it as it is typed.
        return [name, field instanceof HTMLInputElement && field.type === "password" ? typed : typed.trim()];
      }),
    ) as Record<Name, string>;
    const found: Problems<Name> = {};
    for (const name of names) {
      const problem = checks[name](values[name]);
      if (problem) found[name] = problem;
    }
    setProblems(found);
    const first = names.find((name) => found[name]);
    if (!first) return values;
    const field = form.elements.namedItem(first);
    if (field instanceof HTMLElement) field.focus();
    return undefined;
  }

  return { problems, read, setProblems };
}

/** Checks are made before anybody is spoken to, so their sentences are marked by `msg` and said when they are needed. */
export const checks = {
  any: () => undefined,
  filled:
    (sentence: string): Check =>
    (value) => {
      if (value !== "") return undefined;
      return sentence.endsWith(".") ? say(sentence as Message) : `${sentence} is missing.`;
    },
  shape:
    (pattern: RegExp, sentence: string): Check =>
    (value) =>
      pattern.test(value) ? undefined : say(sentence as Message),
  optional:
    (check: Check): Check =>
    (value) =>
      value === "" ? undefined : check(value),
} as const;
