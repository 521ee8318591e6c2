import type { Desk } from "./desk";

/** One option of a command; `value` names what follows it, and a flag has none. A `repeatable` one may be given often. */
export type Option = Readonly<{ value?: string; about: string; required?: true; fallback?: string; repeatable?: true }>;

/** What was given on the command line: texts of options, the names of flags, and the words without a name. */
export type Given = Readonly<{
  /** The text of an option; undefined when it was not given and has no fallback. */
  text(name: string): string | undefined;
  /** The text of an option that the command requires. */
  must(name: string): string;
  flag(name: string): boolean;
  /** All texts of a repeatable option, in their order. */
  all(name: string): readonly string[];
  /** The word in that place. */
  word(index: number): string;
}>;

/**
 * A result for machines, and what a person reads instead; without `say` the result is shown as a table or as lines.
 * `raw` is written as it is, without an end of line: a file.
 */
export type Result = Readonly<{ value: unknown; say?: string; raw?: string; failed?: boolean }>;

export type Command = Readonly<{
  summary: string;
  /** Names of the words that stand without an option, all required. */
  words?: readonly string[];
  options: Readonly<Record<string, Option>>;
  run: (desk: Desk, given: Given) => Promise<Result>;
}>;

/** A command that works also where nothing is running: it finds out itself what there is. */
export type LoneCommand = Omit<Command, "run"> & Readonly<{ runAlone: (given: Given) => Promise<Result> }>;

/** A command in the list of all: its file is loaded when it is asked for. */
export type Entry = Readonly<{ summary: string; load: () => Promise<Command | LoneCommand> }>;

/** Something typed that is not understood; the message names the option. */
export class BadInput extends Error {
  override readonly name = "BadInput";
}
