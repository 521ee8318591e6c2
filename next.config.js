/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // Types are checked by `npm run check`, over everything and with the tools that a production install leaves out.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "bullmq",
    "ioredis",
    "pg",
    "pino",
    "@node-rs/argon2",
    "asterisk-manager",
    "pdfkit",
    "fontkit",
  ],
  experimental: {
    // Their entry files re-export everything; only what is used should travel.
    optimizePackageImports: ["@tanstack/react-query", "@trpc/client", "@trpc/tanstack-react-query"],
    // A seat without the permission gets a page that says so, with status 403, instead of a 404 that hides the reason.
    authInterrupts: true,
  },
};
