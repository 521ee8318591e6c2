/** The option that a key leads to, round the ends of the list; undefined for every other key. */
export function optionAfter(key: string, at: number, options: number): number | undefined {
  if (options === 0) return key === "ArrowDown" || key === "ArrowUp" ? -1 : undefined;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % options;
    case "ArrowUp":
      return at <= 0 ? options - 1 : at - 1;
    case "PageDown":
      return Math.min(options - 1, Math.max(0, at) + 8);
    case "PageUp":
      return Math.max(0, at - 8);
    default:
      return undefined;
  }
}
