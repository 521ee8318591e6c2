/** What a list narrows its file by, or what is left of it in a form. */
export type Filter = Readonly<Record<string, unknown>>;

/** What leads to the form for a file of a list with the filter that the list has. */
export const searchOf = (list: string, filter: Filter): string =>
  new URLSearchParams({ new: list, filter: JSON.stringify(filter) }).toString();

/** The filter in such an address. It is typed and pasted: what is not understood counts as not given. */
export function filterIn(text: string | null): Filter {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
