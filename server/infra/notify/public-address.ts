import { BlockList, isIP } from "node:net";

/** What IANA set apart: this machine, private and shared networks, link-local with its metadata services, documentation, multicast. */
const apart: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
const block = new BlockList();
for (const [network, prefix] of apart) block.addSubnet(network, prefix, "ipv4");
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");
/** Inside of it: addresses that carry another one, which may be private, and documentation. */
const apart6 = new BlockList();
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  apart6.addSubnet(network, prefix, "ipv6");
}

/** Whether an address is one of the public network, so that nobody reaches what stands beside us by naming it. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !block.check(address, "ipv4");
  return isIP(address) === 6 && global6.check(address, "ipv6") && !apart6.check(address, "ipv6");
}
