import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`, LC_ALL: "C" };

type Element = string | { prefix: { addr: string; len: number } } | { range: [string, string] };
type Listed = { nftables: { set?: { name: string; elem?: { elem: { val: Element; timeout: number } }[] } }[] };

const written = (element: Element): string => {
  if (typeof element === "string") return element;
  return "range" in element ? element.range.join("-") : `${element.prefix.addr}/${element.prefix.len}`;
};

/** Whether this machine lets a test have a network of its own. */
export const mayHaveNetworks = (): Promise<boolean> =>
  run("unshare", ["-rn", "nft", "list", "ruleset"], { env }).then(
    () => true,
    () => false,
  );

/** What nftables says of a file where it may not ask the kernel: the mistakes in what is written, and not what the kernel makes of it. */
export const mistakesIn = (file: string): Promise<string> =>
  run("nft", ["-c", "-f", file], { env }).then(
    () => "",
    (error: { stderr?: string }) =>
      error.stderr?.match(/^.*(syntax error|Error: (?!Could not process)).*$/m)?.[0] ?? "",
  );

/**
 * Has the kernel load a file for nftables, twice, in a network of its own: the machine's firewall stays as it is, and no root is
 * needed where people may have namespaces. Gives back what the sets then hold, as "address for seconds", and which of the
 * senders a program at the UDP port hears.
 */
export async function loadedByNftables(
  file: string,
  { senders, port }: Readonly<{ senders: readonly string[]; port: number }>,
): Promise<{ sets: Record<string, string[]>; heard: string[] }> {
  const script = 'nft -f "$1" && nft -f "$1" && nft -j list ruleset && python3 -c "$2" "$3" $4';
  const words = ["-rn", "sh", "-c", script, "sh", file, listener, String(port), senders.join(" ")];
  const { stdout } = await run("unshare", words, { env });
  const [ruleset = "", heard = ""] = stdout.trim().split("\n");
  const sets = (JSON.parse(ruleset) as Listed).nftables.flatMap(({ set }) => set ?? []);
  const held = ({ elem }: (typeof sets)[number]) =>
    (elem ?? []).map(({ elem: { val, timeout } }) => `${written(val)} for ${timeout}`);
  return { sets: Object.fromEntries(sets.map((set) => [set.name, held(set)])), heard: heard.split(" ") };
}

/** Brings the loopback up, sends from each address in turn, and says whom it heard until the last of them, who is not banned. */
const listener = `
import fcntl, socket, struct, sys
port, senders = int(sys.argv[1]), sys.argv[2:]
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(ear, 0x8914, struct.pack("16sh14x", b"lo", 1))
ear.bind(("127.0.0.1", port))
ear.settimeout(20)
for sender in senders:
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.bind((sender, 0))
    try:
        mouth.sendto(b"x", ("127.0.0.1", port))
    except PermissionError:
        pass
heard = []
while senders[-1] not in heard:
    heard.append(ear.recvfrom(9)[1][0])
print(*heard)
`;

/** The networks that fail2ban itself finds in a log with our filter. */
export async function foundByFail2ban(log: string): Promise<string[]> {
  const root = await fail2ban();
  const program = [path.join(root, "usr/bin/fail2ban-regex"), "-c", path.join(root, "etc/fail2ban"), "-o", "<ip>"];
  const python = { ...env, PYTHONPATH: path.join(root, "usr/lib/python3/dist-packages") };
  const filter = path.resolve("docs/fail2ban/filter.d/ringfence.conf");
  const { stdout } = await run("python3", [...program, log, filter], { env: python });
  return stdout.split("\n").flatMap((line) => line.trim() || []);
}

/** Its package unpacked: installed, it would begin to ban on this machine. */
async function fail2ban(): Promise<string> {
  const cache = path.resolve(process.env["RINGFENCE_CACHE"] ?? ".data/cache");
  const root = path.join(cache, "fail2ban");
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(path.join(cache, ".unpacking-"));
  try {
    const download = () => run("apt-get", ["-q", "download", "fail2ban"], { cwd: work, env });
    // A machine that never asked what there is has no list.
    await download().catch(() => run("apt-get", ["-q", "update"], { env }).then(download));
    const [file = ""] = readdirSync(work);
    await run("dpkg-deb", ["-x", path.join(work, file), path.join(work, "root")]);
    renameSync(path.join(work, "root"), root);
    return root;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
