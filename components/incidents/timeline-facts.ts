import type { Subject } from "@/components/incidents/subject-links";

/** A piece of a line, and where it begins: words, or with a subject something of the world that can be acted on. */
type Piece = Readonly<{ at: number; text: string; subject?: Subject }>;

const IPV4 = String.raw`(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:/(?:3[0-2]|[12]?\d))?`;
/** Shorter ones are read as counts. */
const SHORTEST_NUMBER = 5;
const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** Reads lines of an incident: finds the addresses, phones and numbers that it touches, and every address of version 4. */
export function factsReader(subjects: readonly Subject[]): (text: string) => readonly Piece[] {
  const known = new Map<string, Subject>();
  for (const subject of subjects) {
    const { kind, value } = subject;
    if (kind === "number" && value.length >= SHORTEST_NUMBER) {
      for (const written of [value, `+${value}`]) known.set(written, subject);
    } else if (kind === "address" || kind === "extension") known.set(value, subject);
  }
  // The longer first: one may begin like another.
  const names = [...known.keys()].toSorted((a, b) => b.length - a.length).map(escaped);
  // Whole words only: an address with a port, a part of a longer name or number is something else.
  const found = new RegExp(String.raw`(?<![\w.:/@+-])(${[...names, IPV4].join("|")})(?![\w/@-]|[.:]\w)`, "g");
  return (text) => {
    let at = 0;
    return text.split(found).flatMap((piece, n): readonly Piece[] => {
      const began = at;
      at += piece.length;
      if (n % 2 === 0) return piece === "" ? [] : [{ at: began, text: piece }];
      const unknown = { kind: "address", value: piece, tenantSlug: null, extensionId: null } as const;
      return [{ at: began, text: piece, subject: known.get(piece) ?? unknown }];
    });
  };
}
