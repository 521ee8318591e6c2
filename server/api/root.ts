import { meRouter } from "@/server/api/routers/me";
import { createCallerFactory, router } from "@/server/api/trpc";

export const appRouter = router({
  me: meRouter,
});
export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
