#!/usr/bin/env node
// Plain Node: it makes TypeScript readable and hands over. Where the checkout is does not depend on where one stands.
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

try {
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: path.join(root, "tsconfig.json") });
} catch {
  console.error(`The dependencies are missing: run npm ci in ${root}.`);
  process.exit(1);
}

const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
