import { chainOf, sha256Of } from "@/server/domain/evidence/chain.rules";
import { MANIFEST, type Manifest, manifestSchema, SUMS } from "@/server/domain/evidence/evidence.schema";
import { jsonOf } from "@/server/domain/evidence/snapshots";
import { readZip, ZipError } from "@/server/infra/zip/read-zip";
import type { ZipEntry } from "@/server/infra/zip/write-zip";

export type ZipCheck = {
  readonly ok: boolean;
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[];
  /** undefined when there is none that can be read. */
  readonly manifest: Manifest | undefined;
  /** The hash of the manifest as it is in the file. */
  readonly sha256: string | undefined;
  readonly files: number;
};

/** More than any snapshot can have: its items are bounded. */
const MOST_BYTES = 500_000_000;
const LINE = /^([0-9a-f]{64}) [ *]([A-Za-z0-9._-]{1,100})$/;

/**
 * Looks whether a ZIP of evidence is what was given out, without a database: it is whole, every file has the hash that both
 * SHA256SUMS and the manifest say, none is missing or added, and the chain over the items in their order ends where the
 * manifest says. Somebody who makes a whole ZIP anew, with every hash, is found only by comparing its manifest's hash with
 * the audit trail or the database.
 */
export function checkZip(bytes: Buffer): ZipCheck {
  const problems: string[] = [];
  let files: ZipEntry[] = [];
  try {
    files = readZip(bytes, MOST_BYTES);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    return { ok: false, problems: [error.message], manifest: undefined, sha256: undefined, files: 0 };
  }
  const hashes = new Map(files.map((file) => [file.name, sha256Of(file.bytes)]));
  const textOf = (name: string) => {
    const file = files.find((one) => one.name === name);
    return file && Buffer.from(file.bytes).toString("utf8");
  };
  problems.push(...sumProblems(textOf(SUMS), hashes));
  const read = manifestSchema.safeParse(jsonOf(textOf(MANIFEST) ?? ""));
  if (!read.success) problems.push(`${MANIFEST} is missing or is not a manifest of this form.`);
  if (read.data) problems.push(...manifestProblems(read.data, hashes));
  const [manifest, sha256] = [read.data, hashes.get(MANIFEST)];
  return { ok: problems.length === 0, problems, manifest, sha256, files: files.length };
}

type Hashes = ReadonlyMap<string, string>;

function sumProblems(text: string | undefined, hashes: Hashes): string[] {
  if (text === undefined) return [`${SUMS} is missing.`];
  const listed = new Map<string, string>();
  const problems: string[] = [];
  for (const line of text.split("\n").slice(0, -1)) {
    const [, hash, name] = LINE.exec(line) ?? [];
    if (!hash || !name || listed.has(name)) problems.push(`${SUMS} has a line that is none.`);
    else listed.set(name, hash);
  }
  for (const [name, hash] of listed) {
    const is = hashes.get(name);
    if (is === undefined) problems.push(`${name} is missing; ${SUMS} names it.`);
    else if (is !== hash) problems.push(`${name} is not what ${SUMS} says.`);
  }
  for (const name of hashes.keys()) {
    if (name !== SUMS && !listed.has(name)) problems.push(`${name} was added: ${SUMS} does not name it.`);
  }
  return problems;
}

/** What is wrong with a manifest in itself, and beside files with these hashes. */
export function manifestProblems(manifest: Manifest, hashes: Hashes): string[] {
  const problems: string[] = [];
  const names = new Set(manifest.items.map(({ name }) => name));
  if (names.size !== manifest.items.length) problems.push("The manifest names an item twice.");
  const chain = chainOf(manifest.previous?.manifestSha256, manifest.items);
  for (const [n, item] of manifest.items.entries()) {
    const is = hashes.get(item.name);
    if (item.chain !== chain[n]) problems.push(`The chain breaks at ${item.name}.`);
    if (item.sha256 !== (is ?? null)) {
      const what = is === undefined ? "is missing" : item.sha256 === null ? "was added" : "was changed";
      problems.push(`${item.name} ${what}, says the manifest.`);
    }
  }
  if (chain.at(-1) !== manifest.chainHead) problems.push("The chain does not end where the manifest says.");
  for (const name of hashes.keys()) {
    if (name !== SUMS && name !== MANIFEST && !names.has(name)) problems.push(`${name} is not in the manifest.`);
  }
  return problems;
}
