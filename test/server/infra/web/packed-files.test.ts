import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

import { answerPacked, readPacked, takesBrotli } from "@/server/infra/web/packed-files";

const dist = mkdtempSync(path.join(tmpdir(), "ringfence-packed-"));
const script = "export const answer = 42;".repeat(40);
const server = createServer((asked, answer) => {
  if (!answerPacked(readPacked(dist), asked, answer)) answer.end("the framework's");
});
beforeAll(async () => {
  mkdirSync(path.join(dist, "packed/chunks"), { recursive: true });
  writeFileSync(path.join(dist, "packed/chunks/a.js.br"), brotliCompressSync(script));
  writeFileSync(path.join(dist, "packed/chunks/secret.txt.br"), "no type is known for this");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(dist, { recursive: true });
});

const ask = (asked: string, headers: Record<string, string>, method = "GET") =>
  new Promise<{ body: Buffer; headers: Record<string, unknown> }>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ port, host: "127.0.0.1", path: asked, headers, method }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => resolve({ body: Buffer.concat(parts), headers: answer.headers }));
    })
      .on("error", reject)
      .end();
  });

test("a browser that takes Brotli gets the packed file, the same to the letter, for good", async () => {
  const { body, headers } = await ask("/_next/static/chunks/a.js?x=1", {
    "accept-encoding": "gzip, deflate, br, zstd",
  });
  expect(brotliDecompressSync(body).toString()).toBe(script);
  expect(headers).toMatchObject({
    "content-encoding": "br",
    "content-type": "application/javascript; charset=UTF-8",
    "cache-control": "public, max-age=31536000, immutable",
    vary: "Accept-Encoding",
  });
});

test("everything else is the framework's", async () => {
  const br = { "accept-encoding": "br" };
  for (const [asked, headers, method] of [
    ["/_next/static/chunks/a.js", { "accept-encoding": "gzip" }, "GET"],
    ["/_next/static/chunks/a.js", br, "POST"],
    ["/_next/static/chunks/b.js", br, "GET"],
    ["/_next/static/chunks/secret.txt", br, "GET"],
    ["/_next/static/../packed/chunks/a.js.br", br, "GET"],
  ] as const)
    expect([asked, (await ask(asked, headers, method)).body.toString()]).toEqual([asked, "the framework's"]);
  expect(readPacked(path.join(dist, "nowhere")).size).toBe(0);
});

test("a browser says itself what it takes", () => {
  for (const accepted of ["br", "gzip, br", "gzip;q=1.0, BR;q=0.5"])
    expect([accepted, takesBrotli(accepted)]).toEqual([accepted, true]);
  for (const accepted of [undefined, "", "gzip", "br;q=0", "br;q=0.0", "brr"])
    expect([accepted, takesBrotli(accepted)]).toEqual([accepted, false]);
});
