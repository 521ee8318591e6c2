/** The second half of `npm run build`: packs scripts and styles of the built portal as small as Brotli can. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

import { PACKED } from "@/server/infra/web/packed-files";

const pack = promisify(brotliCompress);
const dist = path.resolve(import.meta.dirname, "../../.next");
const from = path.join(dist, "static");
const to = path.join(dist, PACKED);
/** As many as there are likely to be processors for; the work is done outside of this thread. */
const AT_ONCE = 4;

const names = readdirSync(from, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(?:js|css)$/.test(entry.name))
  .map((entry) => path.relative(from, path.join(entry.parentPath, entry.name)));

async function packNext(): Promise<void> {
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const body = readFileSync(path.join(from, name));
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    };
    const file = path.join(to, `${name}.br`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, await pack(body, { params }));
  }
}

rmSync(to, { recursive: true, force: true });
await Promise.all(Array.from({ length: AT_ONCE }, packNext));
