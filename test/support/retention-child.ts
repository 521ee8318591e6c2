import { ownContext } from "@/test/support/task-context";
import { sweepRetention } from "@/workers/processors/sweep-retention";

/** A worker of its own that sweeps and can be killed: its arguments are the database and the operator. */
const [url = "", tenantId = ""] = process.argv.slice(2);
await sweepRetention({}, ownContext(url, tenantId));
process.exit(0);
