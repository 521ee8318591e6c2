/** Names of evidence as people say them; a name that is not here is taken apart. */
const names: Readonly<Record<string, string>> = {
  call: "PBX call",
  callId: "call",
  because: "because",
  talkMs: "talked",
  unprovenMs: "not proven",
  grantedSeconds: "granted",
  endpoint: "phone",
  seconds: "channel for",
  theirMs: "theirs",
  oursMs: "ours",
  theirCost: "theirs",
  ourCost: "ours",
};

export type Fact = Readonly<{ name: string; value: string }>;

/** One line of evidence per value, with its unit. */
export function evidenceFacts(evidence: Readonly<Record<string, unknown>>): readonly Fact[] {
  return Object.entries(evidence).flatMap(([key, value]) => {
    if (value === null || value === "" || typeof value === "object") return [];
    return [{ name: names[key] ?? wordsOf(key), value: withUnit(key, value) }];
  });
}

/** The same in one line. */
export const evidenceText = (evidence: Readonly<Record<string, unknown>>): string =>
  evidenceFacts(evidence)
    .map(({ name, value }) => `${name} ${value}`)
    .join(", ");

const wordsOf = (key: string): string =>
  key.replace(/(Ms|Seconds)$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function withUnit(key: string, value: unknown): string {
  if (key.endsWith("Ms") && typeof value === "number") return `${value / 1000} s`;
  if (/seconds$/i.test(key)) return `${value} s`;
  return String(value);
}
