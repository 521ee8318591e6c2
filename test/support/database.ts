import { inject } from "vitest";

import { copyTemplate, type TestDatabase } from "@/test/support/template-copy";

export type { TestDatabase } from "@/test/support/template-copy";

/** A private copy of the migrated template: files run side by side and never see each other. */
export const createDatabase = (): Promise<TestDatabase> => copyTemplate(inject("adminUrl"));
