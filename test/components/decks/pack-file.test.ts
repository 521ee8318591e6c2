import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";

import { base64Of, fileProblem, packFile } from "@/components/decks/pack-file";
import { deckPartSchema } from "@/server/domain/decks/deck.schema";

test("a file is compressed and cut into parts that the server takes, and comes together again", async () => {
  const file = randomBytes(1_500_000);
  const parts = await packFile(new Blob([file]));
  expect(parts).toHaveLength(3);
  const sent = parts.map((bytes, part) => deckPartSchema.parse({ part, data: base64Of(bytes) }));
  expect(gunzipSync(Buffer.concat(sent.map(({ data }) => Buffer.from(data, "base64")))).equals(file)).toBe(true);
  expect(await packFile(new Blob(["prefix,rate\n49,1\n"]))).toHaveLength(1);
});

test("what cannot be sent is told before it is", () => {
  expect(fileProblem(undefined)).toMatch(/Choose/);
  expect(fileProblem({ name: "a.csv", size: 0 })).toMatch(/empty/);
  expect(fileProblem({ name: "a.csv", size: 65 * 1024 * 1024 })).toMatch(/64 MB/);
  expect(fileProblem({ name: "Rates.XLSX", size: 10 })).toMatch(/as CSV/);
  expect(fileProblem({ name: "rates.csv", size: 10 })).toBeUndefined();
});
