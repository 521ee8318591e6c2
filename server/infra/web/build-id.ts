import { readFileSync } from "node:fs";
import path from "node:path";

let known: string | undefined;

/** Which build of the portal runs here, as this process found it when it was first asked. */
export function buildId(): string {
  known ??= read();
  return known;
}

function read(): string {
  try {
    return readFileSync(path.join(process.cwd(), ".next", "BUILD_ID"), "utf8").trim();
  } catch {
    // The development server has no build.
    return "development";
  }
}
