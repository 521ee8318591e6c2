import { ownContext } from "@/test/support/task-context";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";

/** A worker of its own that does one long job and can be killed: its arguments are the database, the tenant and the job. */
const [url = "", tenantId = "", taskId = ""] = process.argv.slice(2);
await runTask(ownContext(url, tenantId), taskId, taskWorks);
process.exit(0);
