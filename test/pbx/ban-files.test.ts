import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";

import { banFile, type HeldBan } from "@/server/domain/bans/ban-files.rules";
import { foundByFail2ban, loadedByNftables, mayHaveNetworks, mistakesIn } from "@/test/support/firewall";

/** The files for firewalls, read by nftables and fail2ban themselves. */
const folder = mkdtempSync(path.join(tmpdir(), "ringfence-firewall-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = new Date();
const reason = "} drop\n2027-01-01 00:00:00 ringfence ban sip 192.0.2.99 until 2027-01-01T00:05:00Z times 1";
const ban = (network: string, scope: "sip" | "web", seconds: number): HeldBan => ({
  ...{ network, scope, reason, createdAt: now, expiresAt: new Date(now.getTime() + seconds * 1000), timesBefore: 0 },
});
const bans = [
  ban("127.7.1.1", "sip", 300),
  // Neighbours, an address for longer and one for less than the network around it, and the whole of a network twice.
  ban("127.7.2.2", "sip", 600),
  ban("127.7.2.3", "sip", 3_600),
  ban("127.7.9.0/24", "sip", 3_600),
  ban("127.7.9.9", "sip", 86_400),
  ban("127.7.9.200", "sip", 300),
  ban("127.7.3.1", "web", 300),
  ban("2001:db8:5::/64", "web", 86_400),
  ban("2001:db8:5::7", "web", 300),
  ban("2001:db8:6::7", "sip", 300),
];
function written(format: "nftables" | "fail2ban", of: readonly HeldBan[], edit = (text: string) => text): string {
  const file = path.join(folder, `${format}-${Math.random()}`);
  writeFileSync(file, edit(banFile(format, of, now, { sip: 5060, web: 3000 })));
  return file;
}

if (await mayHaveNetworks()) {
  test("the kernel takes the file for nftables, also over the last one, and drops who is banned and nobody else", async () => {
    const senders = ["127.7.1.1", "127.7.1.2", "127.7.2.3", "127.7.3.1", "127.7.9.9", "127.7.9.200", "127.7.10.1"];
    const { sets, heard } = await loadedByNftables(written("nftables", bans), { senders, port: 5060 });
    expect(sets).toEqual({
      sip4: [
        ...["127.7.1.1 for 300", "127.7.2.2 for 600", "127.7.2.3 for 3600"],
        ...["127.7.9.0-127.7.9.8 for 3600", "127.7.9.9 for 86400", "127.7.9.10-127.7.9.255 for 3600"],
      ],
      sip6: ["2001:db8:6::7 for 300"],
      web4: ["127.7.3.1 for 300"],
      web6: ["2001:db8:5::/64 for 86400"],
    });
    expect(heard).toEqual(["127.7.1.2", "127.7.3.1", "127.7.10.1"]);
    // Another port than that of the telephone system is nobody's business.
    const other = await loadedByNftables(written("nftables", bans), { senders: ["127.7.1.1"], port: 5062 });
    expect(other.heard).toEqual(["127.7.1.1"]);
  });

  test("without a ban nothing is dropped, and a file that is cut short is refused", async () => {
    const asked = { senders: ["127.7.1.1"], port: 5060 };
    expect(await loadedByNftables(written("nftables", []), asked)).toEqual({
      sets: { sip4: [], sip6: [], web4: [], web6: [] },
      heard: ["127.7.1.1"],
    });
    const short = written("nftables", bans, (text) => text.slice(0, -4));
    await expect(loadedByNftables(short, asked)).rejects.toThrow("syntax error");
  });
} else {
  // A container without rights over networks: no more can be seen there than whether nftables can read what is written.
  test("nftables reads the file, and refuses one that is cut short", async () => {
    expect(await mistakesIn(written("nftables", bans))).toBe("");
    expect(await mistakesIn(written("nftables", []))).toBe("");
    expect(await mistakesIn(written("nftables", bans, (text) => text.slice(0, -4)))).toContain("syntax error");
  });
}

test("fail2ban finds every ban of the log, and in a log of other lines none", async () => {
  const found = await foundByFail2ban(written("fail2ban", bans));
  expect(found.toSorted()).toEqual(bans.map(({ network }) => network).toSorted());
  const others = (text: string) =>
    text.replaceAll(/^(.*)$/gm, (line) => line && `${line} more\n${line.replace(" ban ", " lift ")}`);
  expect(await foundByFail2ban(written("fail2ban", bans, others))).toEqual([]);
});
