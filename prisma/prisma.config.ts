import path from "node:path";
import { defineConfig } from "prisma/config";

// `generate` and `validate` never run the schema engine, yet the CLI would download one first. Naming any executable
// prevents that; migrations are applied by server/infra/db/migrate.ts.
process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= process.execPath;

export default defineConfig({ schema: path.join(import.meta.dirname, "schema") });
