import { readFile, stat } from "node:fs/promises";

import { BadInput } from "./command";

/** The text of a small file. @throws BadInput when it cannot be read, is too large, or is no text. */
export async function readText(file: string, mostBytes: number): Promise<string> {
  const size = await stat(file).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (size === undefined) throw new BadInput(`${file}: there is no such file.`);
  if (size > mostBytes) throw new BadInput(`${file}: at most ${mostBytes} bytes.`);
  const text = await readFile(file, "utf8");
  if (text.includes("\0")) throw new BadInput(`${file}: this is not a text file.`);
  return text;
}
