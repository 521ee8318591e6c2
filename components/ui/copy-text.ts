/** Puts a text on the clipboard; without one, as on plain http, it fails like one that refuses. */
export const copyText = async (text: string): Promise<void> => navigator.clipboard.writeText(text);
