import { BadInput, type Command, type Given, type Option } from "./command";

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { about: "one JSON value on standard output" },
  help: { about: "what this command does" },
};

/**
 * Reads the words after a command's name. What follows an option is always its text, so that "--amount -5" is an amount
 * to refuse and not another option.
 * @throws BadInput naming what is unknown, missing or given twice.
 */
export function readArguments(words: readonly string[], command: Pick<Command, "options" | "words">): Given {
  const options = { ...commonOptions, ...command.options };
  const texts = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  const plain: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const named = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(word);
    if (!named) {
      if (word.startsWith("-") && word !== "-") throw new BadInput(`There is no option ${word}; see --help.`);
      plain.push(word);
      continue;
    }
    const [, name = "", attached] = named;
    const option = options[name];
    if (!option) throw new BadInput(`There is no option --${name}; see --help.`);
    if (texts.has(name) && !option.repeatable) throw new BadInput(`--${name} is given twice.`);
    const given = option.value === undefined ? flagText(name, attached) : textFor(name, attached ?? rest.shift());
    texts.set(name, given);
    repeated.set(name, [...(repeated.get(name) ?? []), given]);
  }
  check(command, texts, plain);
  const text = (name: string) => texts.get(name) ?? options[name]?.fallback;
  return {
    text,
    must: (name) => text(name) ?? "",
    flag: (name) => texts.has(name),
    all: (name) => repeated.get(name) ?? [],
    word: (index) => plain[index] ?? "",
  };
}

function flagText(name: string, attached: string | undefined): string {
  if (attached !== undefined) throw new BadInput(`--${name} stands alone.`);
  return "";
}

function textFor(name: string, text: string | undefined): string {
  if (text === undefined) throw new BadInput(`--${name} wants a value.`);
  return text;
}

function check(
  command: Pick<Command, "options" | "words">,
  texts: Map<string, string>,
  plain: readonly string[],
): void {
  const { words = [], options } = command;
  const missing = words[plain.length];
  if (missing !== undefined) throw new BadInput(`<${missing}> is missing.`);
  const extra = plain[words.length];
  if (extra !== undefined) throw new BadInput(`"${extra}" is not understood here; see --help.`);
  for (const [name, { required }] of Object.entries(options)) {
    if (required && !texts.has(name)) throw new BadInput(`--${name} is required.`);
  }
}
