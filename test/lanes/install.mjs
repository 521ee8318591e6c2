import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { run, say } from "./program.mjs";

/**
 * What a lane needs from the machine: the program, and the Debian package that has it. Where nothing can be installed the
 * telephone tests unpack SIPp themselves, as the product does with Asterisk; for a browser and for scripts in Python that
 * would be too much.
 */
const programs = {
  pbx: [
    { program: "sipp", debian: "sip-tester", unpacked: true },
    { program: "svcrack", debian: "sipvicious" },
    { program: "nft", debian: "nftables" },
  ],
  browser: [{ program: "chromium", debian: "chromium" }],
};

/** Brings dependencies, generated code and Debian packages up to date. Throws one plain sentence when it cannot. */
export async function installMissing(lanes) {
  await installPackages();
  await generateClient();
  await installPrograms(lanes.flatMap((lane) => programs[lane] ?? []));
}

async function installPackages() {
  const stale = staleDependencies();
  if (stale.length === 0) return;
  say(`npm ci (${stale.length} dependencies missing or of another version)`);
  await succeed("npm-ci", "npm", ["ci", "--no-audit", "--no-fund"], "npm ci failed");
}

/** package.json pins exact versions, so what is installed can be told from what is wanted by looking. */
function staleDependencies() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.entries({ ...dependencies, ...devDependencies }).filter(([name, version]) => {
    const manifest = path.join("node_modules", name, "package.json");
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version;
  });
}

async function generateClient() {
  const client = "server/infra/db/generated/client.ts";
  const schemas = readdirSync("prisma/schema").map((name) => statSync(path.join("prisma/schema", name)).mtimeMs);
  if (existsSync(client) && Math.max(...schemas) <= statSync(client).mtimeMs) return;
  say("prisma generate");
  const args = ["generate", "--config", "prisma/prisma.config.ts"];
  await succeed("prisma-generate", "node_modules/.bin/prisma", args, "prisma generate failed");
}

async function installPrograms(needed) {
  const missing = needed.filter(({ program }) => !onPath(program));
  const mayInstall = onPath("apt-get") && process.getuid?.() === 0;
  const must = missing.filter(({ unpacked }) => mayInstall || !unpacked);
  if (must.length === 0) return;
  const packages = must.map(({ debian }) => debian).join(" ");
  if (!mayInstall) {
    const names = must.map(({ program, debian }) => `${program} (Debian's package ${debian})`).join(" and ");
    const how = onPath("apt-get") ? `as root: apt-get install --no-install-recommends ${packages}` : "by hand";
    throw new Error(`Missing: ${names}. Install it ${how}.`);
  }
  say(`apt-get install ${packages}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await succeed("apt-update", "apt-get", ["-q", "update"], "apt-get update failed", env);
  const install = ["-q", "-y", "--no-install-recommends", "install", ...must.map(({ debian }) => debian)];
  await succeed("apt-install", "apt-get", install, `apt-get could not install ${packages}`, env);
}

const onPath = (program) =>
  [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin"].some((folder) =>
    existsSync(path.join(folder, program)),
  );

async function succeed(name, command, args, sentence, env) {
  const { code, log } = await run(name, command, args, { env });
  if (code !== 0) throw new Error(`${sentence}:\n${readFileSync(log, "utf8").trimEnd()}`);
}
