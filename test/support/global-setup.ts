import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";

import { startTemplateServer } from "./template-server";

declare module "vitest" {
  interface ProvidedContext {
    adminUrl: string;
    /** Where this run keeps its bundles. */
    bundles: string;
  }
}

/** One real PostgreSQL for the run, with a migrated template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemplateServer();
  project.provide("adminUrl", server.adminUrl);
  const bundles = mkdtempSync(path.join(tmpdir(), "ringfence-bundles-"));
  project.provide("bundles", bundles);
  const forget = () => rmSync(bundles, { recursive: true, force: true });
  // Whoever watches has changed a source: no bundle of the old one.
  project.onTestsRerun(forget);
  return async () => {
    forget();
    await server.stop();
  };
}
