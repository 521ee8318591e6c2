import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";

import { base64Of, partsOf } from "@/components/cdr-import/send-file";
import { PART_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";

test("what is sent in parts is the file again, and each part is one that the portal takes", async () => {
  const content = randomBytes(2 * PART_BYTES + 12_345);
  let read = 0;
  const parts: Buffer[] = [];
  for await (const part of partsOf(new Blob([content]), (bytes) => {
    read = bytes;
  }))
    parts.push(Buffer.from(base64Of(part), "base64"));
  expect(gunzipSync(Buffer.concat(parts)).equals(content)).toBe(true);
  expect(read).toBe(content.length);
  expect(parts.map(({ length }) => length === PART_BYTES)).toEqual([true, true, false]);
});
