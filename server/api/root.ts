import { billingRouter } from "@/server/api/routers/billing";
import { callsRouter } from "@/server/api/routers/calls";
import { destinationsRouter } from "@/server/api/routers/destinations";
import { extensionsRouter } from "@/server/api/routers/extensions";
import { meRouter } from "@/server/api/routers/me";
import { plansRouter } from "@/server/api/routers/plans";
import { createCallerFactory, router } from "@/server/api/trpc";

export const appRouter = router({
  plans: plansRouter,
  extensions: extensionsRouter,
  destinations: destinationsRouter,
  calls: callsRouter,
  billing: billingRouter,
  me: meRouter,
});
export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
