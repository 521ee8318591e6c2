import { ownContext } from "@/test/support/task-context";
import { fileCalls } from "@/workers/retention/file-calls";

/** A worker of its own that files calls and can be killed: its arguments are the database and the operator. */
const [url = "", tenantId = ""] = process.argv.slice(2);
await fileCalls(ownContext(url, tenantId));
process.exit(0);
