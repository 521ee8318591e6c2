import { expect, test } from "vitest";

import { readZip, ZipError } from "@/server/infra/zip/read-zip";
import { writeZip, type ZipEntry } from "@/server/infra/zip/write-zip";

const at = new Date("2027-03-04T05:06:07Z");
const files: readonly ZipEntry[] = [
  { name: "empty.jsonl", bytes: Buffer.alloc(0) },
  { name: "text.jsonl", bytes: Buffer.from('{"a":"ü"}\n'.repeat(5_000)) },
  { name: "noise", bytes: Buffer.from(Array.from({ length: 4_000 }, (_, n) => (n * 7_919) & 255)) },
];
const zipOf = async (entries: readonly ZipEntry[]): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  const all = (async function* () {
    yield* entries;
  })();
  for await (const piece of writeZip(all, at)) pieces.push(piece);
  return Buffer.concat(pieces);
};

test("what was written is read, in its order, and the same files give the same bytes", async () => {
  const zip = await zipOf(files);
  const read = readZip(zip, 1_000_000);
  expect(read.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("hex")])).toEqual(
    files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("hex")]),
  );
  expect((await zipOf(files)).equals(zip)).toBe(true);
  expect(zip.length).toBeLessThan(10_000);
  expect(readZip(await zipOf([]), 10)).toEqual([]);
});

test("a file that is cut anywhere, or has a bit that fell over, is refused or gives the same files", async () => {
  const zip = await zipOf(files);
  for (let length = 0; length < zip.length; length += 3) {
    expect(() => readZip(zip.subarray(0, length), 1_000_000)).toThrow(ZipError);
  }
  const before = JSON.stringify(readZip(zip, 1_000_000));
  for (let byte = 0; byte < zip.length; byte += 2) {
    const damaged = Buffer.from(zip);
    damaged.writeUInt8(damaged.readUInt8(byte) ^ (1 << (byte % 8)), byte);
    let read: string | undefined;
    try {
      read = JSON.stringify(readZip(damaged, 1_000_000));
    } catch (error) {
      // Whatever is wrong is told as such, and never as a bug.
      expect(error).toBeInstanceOf(ZipError);
    }
    // Times and rights of a file are not what is in it.
    if (read !== undefined) expect(read).toBe(before);
  }
});

test("a small file cannot fill the memory, and no name leads out of a folder", async () => {
  const zip = await zipOf([{ name: "zeros", bytes: Buffer.alloc(5_000_000) }]);
  expect(zip.length).toBeLessThan(10_000);
  expect(() => readZip(zip, 1_000_000)).toThrow(ZipError);
  await expect(zipOf([{ name: "../passwd", bytes: Buffer.alloc(1) }])).rejects.toThrow(RangeError);
  const evil = Buffer.from(
    (await zipOf([{ name: "aa-passwd", bytes: Buffer.from("x") }]))
      .toString("latin1")
      .replaceAll("aa-passwd", "../passwd"),
    "latin1",
  );
  expect(() => readZip(evil, 1_000)).toThrow(ZipError);
});
