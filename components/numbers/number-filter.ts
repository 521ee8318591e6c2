type Filter = Readonly<{ text?: string; cursor?: string }>;

/** What the address asks of the list; anything else than a filter counts as none. */
export function filterOfNumbers(read: (name: string) => string | undefined): Filter {
  const [text, cursor] = [read("q")?.trim().slice(0, 100), read("after")];
  return { ...(text ? { text } : {}), ...(cursor && /^\d{6,15}$/.test(cursor) ? { cursor } : {}) };
}
