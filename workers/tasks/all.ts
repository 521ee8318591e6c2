import type { TaskKind } from "@/server/domain/tasks/task.schema";
import { eraseSubject } from "@/workers/tasks/erase-subject";
import { importCdr } from "@/workers/tasks/import-cdr";
import { importDeck } from "@/workers/tasks/import-deck";
import { importExtensions } from "@/workers/tasks/import-extensions";
import { importHotList } from "@/workers/tasks/import-hot-list";
import { importTenants } from "@/workers/tasks/import-tenants";
import { makeExportFile } from "@/workers/tasks/make-export";
import { rebuildUsageWork } from "@/workers/tasks/rebuild-usage";
import { rehearseRule } from "@/workers/tasks/rehearse-rule";
import { rerateCalls } from "@/workers/tasks/rerate-calls";
import type { TaskWork } from "@/workers/tasks/run-task";

/** What is done for each kind of long job. */
export const taskWorks: Readonly<Partial<Record<TaskKind, TaskWork>>> = {
  "rating.rerate": rerateCalls,
  "export.make": makeExportFile,
  "cdr.import": importCdr,
  "deck.import": importDeck,
  "rule.rehearse": rehearseRule,
  "hotlist.import": importHotList,
  "usage.rebuild": rebuildUsageWork,
  "extension.import": importExtensions,
  "subject.erase": eraseSubject,
  "tenant.import": importTenants,
};
