import type { TestProject } from "vitest/node";

import { startTemplateServer } from "./template-server";

declare module "vitest" {
  interface ProvidedContext {
    adminUrl: string;
  }
}

/** One real PostgreSQL for the run, with a migrated template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemplateServer();
  project.provide("adminUrl", server.adminUrl);
  return server.stop;
}
