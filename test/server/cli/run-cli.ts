import { vi } from "vitest";

import { main } from "@/server/cli/main";

export type Ran = Readonly<{ code: number; out: string; err: string }>;

/** One run of the command line inside this process, as it would be against that database. */
export async function runCli(databaseUrl: string | undefined, words: readonly string[]): Promise<Ran> {
  vi.stubEnv("DATABASE_URL", databaseUrl ?? "");
  vi.stubEnv("DATA_DIR", "/nonexistent/ringfence");
  vi.stubEnv("AUTH_SECRET", "a secret of tests, thirty-two characters and more".replaceAll(" ", "-"));
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

/** The value that a command prints with --json. Throws what it refused. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look at the JSON as another program would.
export async function jsonOf(databaseUrl: string, words: readonly string[]): Promise<any> {
  const { code, out } = await runCli(databaseUrl, [...words, "--json"]);
  const value: unknown = JSON.parse(out);
  if (code !== 0) throw Object.assign(new Error(out), { value });
  return value;
}
