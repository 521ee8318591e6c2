import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import path from "node:path";

const DONE = Symbol.for("ringfence.packed-files");
const types: Readonly<Record<string, string>> = {
  ".js": "application/javascript; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
};

/** Where the build puts its files packed by Brotli, under the same names with `.br`. */
export const PACKED = "packed";

type Packed = ReadonlyMap<string, Readonly<{ body: Buffer; type: string }>>;

/** What the build packed, by its address; nothing where it did not. All of it is less than a megabyte. */
export function readPacked(dist: string): Packed {
  const folder = path.join(dist, PACKED);
  const files = new Map<string, Readonly<{ body: Buffer; type: string }>>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const type = types[path.extname(entry.name.slice(0, -".br".length))];
    if (!entry.isFile() || !type || !entry.name.endsWith(".br")) continue;
    const address = `/_next/static/${path.relative(folder, file).slice(0, -".br".length).split(path.sep).join("/")}`;
    files.set(address, { body: readFileSync(file), type });
  }
  return files;
}

/** Whether a browser takes Brotli, as it says itself; over plain HTTP to another machine none does. */
export const takesBrotli = (accepted: string | undefined): boolean =>
  (accepted ?? "")
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .some((one) => one === "br" || (one.startsWith("br;") && !/;\s*q=0(\.0*)?$/.test(one)));

/** Answers when the file is packed and the browser takes it so. @returns whether it did. */
export function answerPacked(files: Packed, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "GET" || !takesBrotli(request.headers["accept-encoding"])) return false;
  const found = files.get((request.url ?? "").split("?")[0] ?? "");
  if (!found) return false;
  response.writeHead(200, {
    "content-type": found.type,
    "content-encoding": "br",
    "content-length": found.body.length,
    vary: "Accept-Encoding",
    // Their names are digests of what is in them.
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
  });
  response.end(found.body);
  return true;
}

/**
 * Serves what the build packed before the framework looks at the request: it knows gzip only, and Brotli is a seventh less on
 * every first visit. The framework makes the server itself, so there is no other place to stand. A repeat changes nothing.
 */
export function servePacked(dist: string): void {
  const prototype = Server.prototype as Server & { [DONE]?: boolean };
  if (prototype[DONE]) return;
  prototype[DONE] = true;
  const files = readPacked(dist);
  const emit = prototype.emit;
  prototype.emit = function (this: Server, ...given: [string, ...unknown[]]): boolean {
    const [event, request, response] = given;
    if (event === "request" && answerPacked(files, request as IncomingMessage, response as ServerResponse)) return true;
    return Reflect.apply(emit, this, given);
  };
}
