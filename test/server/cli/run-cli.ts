import { vi } from "vitest";

import { main } from "@/server/cli/main";

export type Ran = Readonly<{ code: number; out: string; err: string }>;

/** One run of the command line inside this process, as it would be against that database. */
export const runCli = (databaseUrl: string | undefined, words: readonly string[]): Promise<Ran> =>
  runCliIn(
    {
      DATABASE_URL: databaseUrl ?? "",
      DATA_DIR: "/nonexistent/ringfence",
      AUTH_SECRET: "a secret of tests, thirty-two characters and more".replaceAll(" ", "-"),
    },
    words,
  );

/** The same in an environment of one's own. A process for each would take two seconds of starting. */
export async function runCliIn(env: Readonly<Record<string, string>>, words: readonly string[]): Promise<Ran> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const heard = { out: "", err: "" };
  const hear = (into: "out" | "err") => (text: string | Uint8Array) => {
    heard[into] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(hear("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(hear("err")),
  ];
  try {
    const code = await main(words);
    return { code, ...heard };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** The value that a command prints with --json, as the test expects it. Throws what it refused. */
export async function jsonOf<Value = unknown>(databaseUrl: string, words: readonly string[]): Promise<Value> {
  const { code, out } = await runCli(databaseUrl, [...words, "--json"]);
  if (code !== 0) throw new Error(out);
  return JSON.parse(out) as Value;
}
