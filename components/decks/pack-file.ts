import { PART_BYTES, UPLOAD_MEGABYTES } from "@/server/domain/decks/deck-file.schema";
import { t } from "@/server/kernel/words";

/** Why a chosen file cannot be sent; undefined when it can. */
export function fileProblem(file: Readonly<{ size: number; name: string }> | undefined): string | undefined {
  if (!file) return t("Choose a file.");
  if (file.size === 0) return t("The file is empty.");
  if (file.size > UPLOAD_MEGABYTES * 1024 * 1024)
    return t("A file has at most {most} MB. Leave out what the plan does not need.", { most: UPLOAD_MEGABYTES });
  if (/\.(xlsx?|ods|numbers|zip|gz)$/i.test(file.name))
    return t("This is not a CSV file. Save the sheet as CSV, with the prefix column as text.");
  return undefined;
}

/** The file compressed, cut into the parts that are sent. */
export async function packFile(file: Blob): Promise<readonly Uint8Array[]> {
  const packed = await new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const count = Math.max(1, Math.ceil(packed.byteLength / PART_BYTES));
  return Array.from({ length: count }, (_, at) =>
    new Uint8Array(packed).subarray(at * PART_BYTES, (at + 1) * PART_BYTES),
  );
}

const STRETCH = 0x8000;

/** Bytes as base64; by stretches, since a call takes only so many arguments. */
export function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += STRETCH) text += String.fromCharCode(...bytes.subarray(at, at + STRETCH));
  return btoa(text);
}
