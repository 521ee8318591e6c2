import { hash } from "node:crypto";

/** One record of a file, in the form in which it is compared. Times are milliseconds since 1970. */
export type CdrRow = Readonly<{
  line: number;
  /** 32 hexadecimal digits: the same record has the same key in every file. */
  key: string;
  /** Asterisk's unique id; null in a carrier's file. */
  callKey: string | null;
  /** Of a record that belongs to another channel's call: not the caller's own. */
  secondary: boolean;
  /** Whom the carrier connected, digits; null in a PBX's file. */
  number: string | null;
  startedAtMs: number;
  endedAtMs: number | null;
  talkMs: number;
  costMicros: bigint | null;
  currency: string | null;
  endpoint: string | null;
  dialled: string;
  /** What our dialplan noted on it, or "" . */
  word: string;
  disposition: string;
}>;

/** What is wrong in one line. Columns count from 1; 0 is the whole line. */
export type RowProblem = Readonly<{ line: number; column: number; name: string; reason: string }>;

/** A digest of what makes a record the same one. */
export const keyOf = (...parts: readonly string[]): string => hash("sha256", parts.join("\u0000"), "hex").slice(0, 32);
