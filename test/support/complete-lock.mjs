/**
 * Adds to package-lock.json the optional platform packages that the registry in use did not serve. npm leaves those out
 * when it writes the lock, and `npm ci` then refuses the lock for lacking them. Run it after every change of the lock:
 *   node test/support/complete-lock.mjs
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const SYSTEMS = "darwin linux win32 android freebsd openbsd netbsd sunos aix openharmony".split(" ");
const PROCESSORS = "x64 arm64 arm ia32 ppc64 s390x riscv64 loong64 mips64el wasm32".split(" ");
const OTHER_NAMES = { windows: "win32", armv7: "arm", ppc64le: "ppc64", gnueabihf: "arm", musleabihf: "arm" };

const file = path.resolve(process.argv[2] ?? "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const added = [];
for (const [at, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (resolvesFrom(at, name)) continue;
    lock.packages[`node_modules/${name}`] = platformEntry(name, version, entry.dev);
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${path.basename(file)}: ${added.length} optional platform packages added`);

/** Node's own search: beside the package that asks, then one node_modules further out at a time. */
function resolvesFrom(at, name) {
  for (let base = at; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${base ? `${base}/` : ""}node_modules/${name}`]) return true;
    if (!base.includes("/node_modules/")) return Boolean(lock.packages[`node_modules/${name}`]);
  }
}

function platformEntry(name, range, dev) {
  const version = range.replace(/^[\^~]/, "");
  const words = name.split(/[/-]/).map((word) => OTHER_NAMES[word] ?? word);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  if (!/^\d/.test(version) || (os.length === 0 && cpu.length === 0)) {
    throw new Error(`${name} ${range} is missing from the lock and is no platform package: run npm install.`);
  }
  const libc = name.includes("musl") ? ["musl"] : name.includes("gnu") ? ["glibc"] : [];
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev: true } : {}),
    ...(libc.length > 0 && os.includes("linux") ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}
