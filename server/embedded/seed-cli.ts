import { seed } from "@/prisma/seed";

/** Fills the database of the environment with the demo. A process of its own, because it must see this start's variables. */
await seed();
process.exit(0);
