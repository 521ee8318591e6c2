import { main } from "@/server/cli/main";

/** What `server/cli/bin.mjs` does, to be bundled. */
process.exitCode = await main(process.argv.slice(2));
