import { open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

const DAY_MS = 24 * 60 * 60 * 1000;
const STAMP = /^\d{8}T\d{9}Z$/;

type Keeping = Readonly<{
  /** A file that is larger is put aside under its name and the time. */
  maxBytes?: number | undefined;
  /** Files put aside longer ago are removed. */
  keepDays?: number | undefined;
}>;

/** Appends lines to a file that only its owner may read; they are on the disk when it returns. */
export async function appendLines(file: string, lines: readonly string[], keeping: Keeping = {}): Promise<void> {
  await putAside(file, keeping);
  const handle = await open(file, "a", 0o600);
  try {
    // A file that was there before may be readable for others.
    await handle.chmod(0o600);
    await handle.appendFile(`${lines.join("\n")}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function putAside(file: string, { maxBytes, keepDays }: Keeping): Promise<void> {
  if (maxBytes === undefined) return;
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size < maxBytes) return;
  await rename(file, `${file}.${new Date().toISOString().replace(/[-:.]/g, "")}`);
  if (keepDays === undefined) return;
  const [folder, name] = [path.dirname(file), path.basename(file)];
  for (const other of await readdir(folder)) {
    if (!other.startsWith(`${name}.`) || !STAMP.test(other.slice(name.length + 1))) continue;
    const whole = path.join(folder, other);
    const { mtimeMs } = await stat(whole);
    if (Date.now() - mtimeMs > keepDays * DAY_MS) await rm(whole);
  }
}
