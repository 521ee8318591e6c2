// Import direction, as rules: app → components → kernel; app → server/api → server/domain → server/queue → server/infra → server/kernel;
// workers and server/cli → server/domain. Each rule is made to fire in violations.test.ts.
// proxy.ts is a door too; Next looks for it at the root.
const SRC = "^(app|components|server|workers)/|^proxy[.]ts$";
const OURS = "^(app|components|server|workers|prisma|test)/";
const STARTER = "^server/embedded/";
const packages = (...names) => `node_modules/(${names.join("|")})/`;
/** What only the compiler sees: nothing of it runs. */
const typesOnly = { dependencyTypesNot: ["type-only"] };

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/** Who may import what, from the inside of the house to its doors. */
const layers = [
  rule("no-cycles", "A file can be read without reading its readers.", { path: SRC }, { circular: true }),
  rule(
    "no-orphans",
    "What nothing imports is an entry point or dead.",
    {
      path: SRC,
      orphan: true,
      pathNot: "^proxy[.]ts$|(page|layout|route|error|not-found|forbidden)[.]tsx?$|/generated/|[.]d[.]ts$|[.]mjs$",
    },
    {},
  ),
  rule(
    "kernel-stands-alone",
    "The kernel imports nothing of ours.",
    { path: "^server/kernel/" },
    { path: OURS, pathNot: "^server/kernel/" },
  ),
  rule(
    "rules-are-pure",
    "*.rules.ts: no database, queue, network, clock or configuration.",
    { path: "[.]rules[.]ts$" },
    {
      pathNot: [
        ...["^server/kernel/", "[.]rules[.]ts$", "-kinds[.]schema[.]ts$"],
        ...["^(node:)?crypto$", packages("libphonenumber-js")],
      ],
      ...typesOnly,
    },
  ),
  rule(
    "schemas-are-browser-safe",
    "*.schema.ts goes into the browser's bundle.",
    { path: "[.]schema[.]ts$" },
    { pathNot: ["^server/kernel/", "[.](schema|rules)[.]ts$", packages("zod")], ...typesOnly },
  ),
  rule(
    "config-knows-only-the-kernel",
    "Configuration is read before anything else is there.",
    { path: "^server/config/" },
    { path: OURS, pathNot: "^server/(config|kernel)/" },
  ),
  rule(
    "infra-knows-no-domain",
    "The outside world does not know what it is used for.",
    { path: "^server/infra/" },
    { path: ["^(app|components|workers)/", "^server/(domain|api|auth|queue|cli|embedded)/"] },
  ),
  rule(
    "queue-knows-no-domain",
    "The catalogue and the outbox carry jobs; they do not know what is in them.",
    { path: "^server/queue/" },
    { path: ["^(app|components|workers)/", "^server/(domain|api|auth|cli|embedded)/"] },
  ),
  rule(
    "domain-knows-no-transport",
    "The domain does not know who asks: a page, a job or a command line.",
    { path: "^server/domain/" },
    {
      path: [
        "^server/(api|auth|cli|config|embedded)/",
        "^(app|components|workers)/",
        packages("@trpc/[^/]+", "next", "next-auth", "bullmq", "ioredis", "react"),
      ],
    },
  ),
  rule(
    "auth-knows-no-pages",
    "Signing in is asked by the api and the pages, not the other way round.",
    { path: "^server/auth/" },
    { path: ["^(app|components|workers)/", "^server/(api|cli|embedded)/"] },
  ),
  rule(
    "api-knows-no-pages",
    "Procedures do not know who shows their results, and start nothing.",
    { path: "^server/api/" },
    { path: ["^(app|components|workers)/", "^server/(cli|embedded)/"] },
  ),
  rule(
    "routers-hold-no-queries",
    "Routers go through server/domain; only the builders open transactions.",
    { path: "^server/api/routers/" },
    { path: "^server/infra/", ...typesOnly },
  ),
  rule(
    "web-runs-no-processors",
    "Workers are a process of their own.",
    { path: "^(app|components|server)/", pathNot: STARTER },
    { path: "^workers/" },
  ),
  rule(
    "workers-skip-the-api",
    "Jobs call the domain, not the procedures of the browser.",
    { path: "^workers/" },
    { path: ["^(app|components)/", "^server/(api|auth|cli)/"] },
  ),
  rule(
    "command-line-skips-the-api",
    "The command line calls the same domain functions as the procedures do.",
    { path: "^server/cli/" },
    { path: ["^(app|components|workers)/", "^server/api/"] },
  ),
  rule(
    "components-stay-in-the-browser",
    "Components take only types from the server; their values come from the kernel and the schemas.",
    { path: "^components/" },
    { path: ["^(app|workers)/", "^server/"], pathNot: ["^server/kernel/", "[.]schema[.]ts$"], ...typesOnly },
  ),
  rule(
    "starter-is-not-the-product",
    "What starts servers on a developer's machine is used by tests, the bench and `ringfence doctor` only.",
    { path: SRC, pathNot: [STARTER, "^server/cli/doctor"] },
    { path: STARTER },
  ),
  rule(
    "no-test-code-in-product",
    "Tests know the product; the product does not know its tests.",
    { path: SRC },
    { path: "^test/" },
  ),
];

/** Packages and places with one door. */
const doors = [
  rule(
    "one-door-to-asterisk",
    "asterisk-manager needs the guard around it.",
    { path: SRC, pathNot: "^server/infra/ami/" },
    { path: packages("asterisk-manager") },
  ),
  rule(
    "one-door-to-prisma",
    "The generated client is opened in infra/db.",
    { path: SRC, pathNot: "^server/infra/db/" },
    { path: ["^server/infra/db/generated/", packages("@prisma/[^/]+")], pathNot: "/enums[.]ts$", ...typesOnly },
  ),
  rule(
    "one-door-to-postgres",
    "Raw connections are made where their role and settings are decided.",
    { path: SRC, pathNot: ["^server/infra/", STARTER] },
    { path: packages("pg"), ...typesOnly },
  ),
  rule(
    "one-door-to-writes",
    "Changes go through domain/audit/change, which asks for an audit action.",
    { path: SRC, pathNot: ["^server/domain/audit/change[.]ts$"] },
    { path: "^server/infra/db/write-tenant[.]ts$" },
  ),
  rule(
    "one-door-to-bullmq",
    "The web process writes the outbox; only workers speak to the queue.",
    { path: SRC, pathNot: ["^workers/", "^server/infra/db/migrate[.]ts$"] },
    { path: packages("bullmq") },
  ),
  rule(
    "one-door-to-redis",
    "Redis carries the queue and the limits of the sign-in: it never holds what counts.",
    { path: SRC, pathNot: ["^workers/", "^server/auth/", STARTER] },
    { path: packages("ioredis") },
  ),
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [...layers, ...doors],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules|/generated/" },
    exclude: { path: "[.]next/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
