import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";

/** What a translation has to have of its English: placeholders, tags, and the branches of counts and choices. */
export type Shape = Readonly<{
  names: readonly string[];
  tags: readonly string[];
  counts: readonly (readonly [name: string, forms: readonly string[]])[];
  choices: readonly (readonly [name: string, forms: readonly string[]])[];
}>;

/** @returns a sentence for a text that the catalogue does not take. */
export function shapeOf(text: string): Shape | string {
  // The real format takes an apostrophe before a brace for a quotation mark; ours has none.
  if (/'[{}<]/.test(text)) return "write ’ before a brace";
  let elements: readonly MessageFormatElement[];
  try {
    elements = parse(text.replace(/^[a-z ]+\|/, ""), { shouldParseSkeletons: false, requiresOtherClause: true });
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : error}`;
  }
  const shape = {
    names: new Set<string>(),
    tags: new Set<string>(),
    counts: new Map<string, string[]>(),
    choices: new Map<string, string[]>(),
  };
  const problem = read(elements, shape);
  if (problem) return problem;
  const { names, tags, counts, choices } = shape;
  return { names: [...names].sort(), tags: [...tags].sort(), counts: [...counts].sort(), choices: [...choices].sort() };
}

type Reading = { names: Set<string>; tags: Set<string>; counts: Map<string, string[]>; choices: Map<string, string[]> };

function read(elements: readonly MessageFormatElement[], shape: Reading): string | undefined {
  for (const element of elements) {
    if (element.type === TYPE.argument) shape.names.add(element.value);
    else if (element.type === TYPE.tag) {
      shape.tags.add(element.value);
      const problem = read(element.children, shape);
      if (problem) return problem;
    } else if (element.type === TYPE.plural || element.type === TYPE.select) {
      if (element.type === TYPE.plural && (element.pluralType !== "cardinal" || element.offset !== 0))
        return "only {name, plural, …} without an offset is filled in";
      shape.names.add(element.value);
      (element.type === TYPE.plural ? shape.counts : shape.choices).set(
        element.value,
        Object.keys(element.options).sort(),
      );
      for (const option of Object.values(element.options)) {
        const problem = read(option.value, shape);
        if (problem) return problem;
      }
    } else if (element.type !== TYPE.literal && element.type !== TYPE.pound) {
      return "numbers and dates are written by server/kernel/locale.ts and given as text";
    }
  }
  return undefined;
}
