/** "1 dispute", "2 disputes", "1 entry": a count with its noun, which is given in the plural. */
export function countText(count: number, nouns: string): string {
  if (count !== 1) return `${count} ${nouns}`;
  return `1 ${nouns.endsWith("ies") ? `${nouns.slice(0, -3)}y` : nouns.replace(/s$/, "")}`;
}
