import { type Message, msg, say, t } from "@/server/kernel/words";

/** Names of evidence as people say them; a name that is not here is taken apart. */
const names: Readonly<Record<string, Message>> = {
  call: msg("PBX call"),
  callId: msg("call"),
  because: msg("because"),
  talkMs: msg("talked"),
  unprovenMs: msg("not proven"),
  grantedSeconds: msg("granted"),
  endpoint: msg("phone"),
  seconds: msg("channel for"),
  theirMs: msg("theirs"),
  oursMs: msg("ours"),
  theirCost: msg("theirs"),
  ourCost: msg("ours"),
};

export type Fact = Readonly<{ name: string; value: string }>;

/** One line of evidence per value, with its unit. */
export function evidenceFacts(evidence: Readonly<Record<string, unknown>>): readonly Fact[] {
  return Object.entries(evidence).flatMap(([key, value]) => {
    if (value === null || value === "" || typeof value === "object") return [];
    return [{ name: nameOf(key), value: withUnit(key, value) }];
  });
}

/** The same in one line. */
export const evidenceText = (evidence: Readonly<Record<string, unknown>>): string =>
  evidenceFacts(evidence)
    .map(({ name, value }) => `${name} ${value}`)
    .join(", ");

function nameOf(key: string): string {
  const known = names[key];
  return known ? say(known) : wordsOf(key);
}

const wordsOf = (key: string): string =>
  key.replace(/(Ms|Seconds)$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function withUnit(key: string, value: unknown): string {
  if (key.endsWith("Ms") && typeof value === "number") return t("{n} s", { n: value / 1000 });
  if (/seconds$/i.test(key)) return t("{n} s", { n: String(value) });
  return String(value);
}
