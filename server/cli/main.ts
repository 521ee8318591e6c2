import { DomainError } from "@/server/kernel/errors";
import { readArguments } from "./arguments";
import type { Result } from "./command";
import { failureOf } from "./failure";
import { helpOf, overview } from "./help";
import { jsonOf, textOf } from "./output";
import { findCommand } from "./registry";

/**
 * One run of `ringfence`: finds the command, runs it against the installation here, prints one result.
 * @returns the exit code.
 */
export async function main(words: readonly string[]): Promise<number> {
  // Asked before anything is understood, so that even a mistyped command answers a machine in JSON.
  const json = words.includes("--json");
  try {
    const found = findCommand(words);
    if (!found) return await unknown(words, json);
    const command = await found.load();
    if (found.rest.includes("--help")) return print(helpOf(found.name, command));
    const given = readArguments(found.rest, command);
    if ("runAlone" in command) return show(await command.runAlone(given), json);
    return show(await withDesk(found.name, (desk) => command.run(desk, given)), json);
  } catch (error) {
    return fail(error, json);
  }
}

async function withDesk(name: string, run: (desk: import("./desk").Desk) => Promise<Result>): Promise<Result> {
  // Loaded only when there is something to do: help needs no database.
  const [{ findPlace }, { openDesk }] = await Promise.all([import("@/server/config/place"), import("./desk")]);
  const desk = openDesk(findPlace());
  try {
    return await run(desk);
  } catch (error) {
    // Where the trail cannot be written either, what is told is why the command failed.
    if (error instanceof DomainError) await desk.recordRefusal(name, error.code).catch(() => {});
    throw error;
  } finally {
    await desk.close();
  }
}

async function unknown(words: readonly string[], json: boolean): Promise<number> {
  const asked = words.filter((word) => !word.startsWith("--"));
  if (asked.length === 0) return print(overview());
  const { BadInput } = await import("./command");
  return fail(new BadInput(`There is no command "${asked.slice(0, 2).join(" ")}"; see --help.`), json);
}

function show({ value, say, raw, failed }: Result, json: boolean): number {
  if (raw !== undefined && !json) process.stdout.write(raw);
  else print(json ? jsonOf(value) : (say ?? textOf(value)));
  return failed ? 1 : 0;
}

function fail(error: unknown, json: boolean): number {
  const failure = failureOf(error);
  if (json) print(jsonOf({ error: failure }));
  else process.stderr.write(`${failure.message}\n`);
  return failure.code === "internal" ? 70 : 1;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
