import { alertsRouter } from "@/server/api/routers/alerts";
import { approvalsRouter } from "@/server/api/routers/approvals";
import { auditRouter } from "@/server/api/routers/audit";
import { autoTopUpRouter } from "@/server/api/routers/auto-top-up";
import { bansRouter } from "@/server/api/routers/bans";
import { bellRouter } from "@/server/api/routers/bell";
import { billingRouter } from "@/server/api/routers/billing";
import { blocksRouter } from "@/server/api/routers/blocks";
import { brandingRouter } from "@/server/api/routers/branding";
import { browserPhoneRouter } from "@/server/api/routers/browser-phone";
import { bulkRouter } from "@/server/api/routers/bulk";
import { bundlesRouter } from "@/server/api/routers/bundles";
import { callsRouter } from "@/server/api/routers/calls";
import { cdrImportsRouter } from "@/server/api/routers/cdr-imports";
import { connectRouter } from "@/server/api/routers/connect";
import { containmentRouter } from "@/server/api/routers/containment";
import { decksRouter } from "@/server/api/routers/decks";
import { destinationsRouter } from "@/server/api/routers/destinations";
import { disputesRouter } from "@/server/api/routers/disputes";
import { dutiesRouter } from "@/server/api/routers/duties";
import { earningsRouter } from "@/server/api/routers/earnings";
import { evidenceRouter } from "@/server/api/routers/evidence";
import { exportsRouter } from "@/server/api/routers/exports";
import { extensionsRouter } from "@/server/api/routers/extensions";
import { homeRouter } from "@/server/api/routers/home";
import { incidentReviewsRouter } from "@/server/api/routers/incident-reviews";
import { incidentsRouter } from "@/server/api/routers/incidents";
import { incidentsManyRouter } from "@/server/api/routers/incidents-many";
import { invitationsRouter } from "@/server/api/routers/invitations";
import { limitsRouter } from "@/server/api/routers/limits";
import { mailRouter } from "@/server/api/routers/mail";
import { meRouter } from "@/server/api/routers/me";
import { membersRouter } from "@/server/api/routers/members";
import { noticesRouter } from "@/server/api/routers/notices";
import { notificationsRouter } from "@/server/api/routers/notifications";
import { numbersRouter } from "@/server/api/routers/numbers";
import { ownersRouter } from "@/server/api/routers/owners";
import { passkeysRouter } from "@/server/api/routers/passkeys";
import { passwordsRouter } from "@/server/api/routers/passwords";
import { paymentsRouter } from "@/server/api/routers/payments";
import { pbxRouter } from "@/server/api/routers/pbx";
import { plansRouter } from "@/server/api/routers/plans";
import { reconciliationRouter } from "@/server/api/routers/reconciliation";
import { reportsRouter } from "@/server/api/routers/reports";
import { reratingRouter } from "@/server/api/routers/rerating";
import { retentionRouter } from "@/server/api/routers/retention";
import { rulesRouter } from "@/server/api/routers/rules";
import { savedListsRouter } from "@/server/api/routers/saved-lists";
import { searchRouter } from "@/server/api/routers/search";
import { securityRouter } from "@/server/api/routers/security";
import { securityEventsRouter } from "@/server/api/routers/security-events";
import { sessionsRouter } from "@/server/api/routers/sessions";
import { settingsRouter } from "@/server/api/routers/settings";
import { shellRouter } from "@/server/api/routers/shell";
import { statementsRouter } from "@/server/api/routers/statements";
import { subjectsRouter } from "@/server/api/routers/subjects";
import { systemRouter } from "@/server/api/routers/system";
import { tasksRouter } from "@/server/api/routers/tasks";
import { tenantImportsRouter } from "@/server/api/routers/tenant-imports";
import { tenantPlansRouter } from "@/server/api/routers/tenant-plans";
import { tenantsRouter } from "@/server/api/routers/tenants";
import { termsRouter } from "@/server/api/routers/terms";
import { tokensRouter } from "@/server/api/routers/tokens";
import { trunksRouter } from "@/server/api/routers/trunks";
import { viewingRouter } from "@/server/api/routers/viewing";
import { vouchersRouter } from "@/server/api/routers/vouchers";
import { createCallerFactory, router } from "@/server/api/trpc";

export const appRouter = router({
  pbx: pbxRouter,
  plans: plansRouter,
  decks: decksRouter,
  disputes: disputesRouter,
  earnings: earningsRouter,
  evidence: evidenceRouter,
  exports: exportsRouter,
  extensions: extensionsRouter,
  connect: connectRouter,
  destinations: destinationsRouter,
  branding: brandingRouter,
  browserPhone: browserPhoneRouter,
  calls: callsRouter,
  billing: billingRouter,
  approvals: approvalsRouter,
  bans: bansRouter,
  bell: bellRouter,
  blocks: blocksRouter,
  trunks: trunksRouter,
  bulk: bulkRouter,
  bundles: bundlesRouter,
  notices: noticesRouter,
  notifications: notificationsRouter,
  numbers: numbersRouter,
  audit: auditRouter,
  home: homeRouter,
  incidents: incidentsRouter,
  duties: dutiesRouter,
  incidentReviews: incidentReviewsRouter,
  incidentsMany: incidentsManyRouter,
  rules: rulesRouter,
  containment: containmentRouter,
  invitations: invitationsRouter,
  limits: limitsRouter,
  mail: mailRouter,
  me: meRouter,
  members: membersRouter,
  owners: ownersRouter,
  passkeys: passkeysRouter,
  passwords: passwordsRouter,
  reports: reportsRouter,
  rerating: reratingRouter,
  search: searchRouter,
  security: securityRouter,
  savedLists: savedListsRouter,
  securityEvents: securityEventsRouter,
  sessions: sessionsRouter,
  cdrImports: cdrImportsRouter,
  reconciliation: reconciliationRouter,
  retention: retentionRouter,
  subjects: subjectsRouter,
  settings: settingsRouter,
  shell: shellRouter,
  statements: statementsRouter,
  system: systemRouter,
  tasks: tasksRouter,
  payments: paymentsRouter,
  autoTopUp: autoTopUpRouter,
  alerts: alertsRouter,
  viewing: viewingRouter,
  vouchers: vouchersRouter,
  tenantImports: tenantImportsRouter,
  tenantPlans: tenantPlansRouter,
  tenants: tenantsRouter,
  terms: termsRouter,
  tokens: tokensRouter,
});
export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
