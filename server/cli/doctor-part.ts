/** What was found about one part of the installation, and how to mend it when it is not in order. */
export type Finding = Readonly<{ part: string; ok: boolean; detail: string; fix: string | null }>;

export const fine = (part: string, detail: string): Finding => ({ part, ok: true, detail, fix: null });
export const wrong = (part: string, detail: string, fix: string): Finding => ({ part, ok: false, detail, fix });

/** Runs a check; one that fails by itself is a finding and not the end of the examination. */
export async function examine(part: string, fix: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return wrong(part, plainWords(error), fix);
  }
}

/** The reason without stack and address. */
function plainWords(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  const lines = (message ?? "").split("\n").filter((line) => line.trim() !== "");
  return (lines.at(-1) || code || "unknown").replace(/\/\/[^@\s]*@/g, "//***@").slice(0, 200);
}
