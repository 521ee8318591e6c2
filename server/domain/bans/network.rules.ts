export type Network = Readonly<{
  family: 4 | 6;
  /** The first address. */
  base: bigint;
  prefix: number;
}>;

const WIDTH = { 4: 32n, 6: 128n } as const;

/**
 * Reads an address or a network in CIDR form. IPv4 written as IPv6 (::ffff:192.0.2.7) is IPv4.
 * @returns what is wrong with it, as a sentence, when it cannot be read or has bits set behind its prefix.
 */
export function parseNetwork(text: string): Network | string {
  const [written = "", bits, ...more] = text.trim().split("/");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(written)?.[1];
  const v4 = parseV4(mapped ?? written);
  const base = v4 ?? parseV6(written);
  const said = JSON.stringify(text.slice(0, 60));
  if (base === undefined || more.length > 0) return `${said} is no address and no network such as 192.0.2.0/24.`;
  const family = v4 === undefined ? 6 : 4;
  const width = Number(WIDTH[family]);
  if (bits !== undefined && (mapped !== undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > width)) {
    return `${said} has no prefix between /0 and /${width}.`;
  }
  const network = { family, base, prefix: bits === undefined ? width : Number(bits) } as const;
  if (base === firstOf(network)) return network;
  return `${said} has bits set behind its prefix; the network is ${formatNetwork({ ...network, base: firstOf(network) })}.`;
}

const firstOf = ({ family, base, prefix }: Network): bigint => {
  const open = WIDTH[family] - BigInt(prefix);
  return (base >> open) << open;
};

/** As it is stored and shown: a single address without a prefix. */
export function formatNetwork({ family, base, prefix }: Network): string {
  const address = family === 4 ? formatV4(base) : formatV6(base);
  return prefix === Number(WIDTH[family]) ? address : `${address}/${prefix}`;
}

/** Whether the first network lies in the second, or is the same. */
export const isWithin = (inner: Network, outer: Network): boolean =>
  inner.family === outer.family &&
  inner.prefix >= outer.prefix &&
  firstOf({ ...inner, prefix: outer.prefix }) === outer.base;

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  // A leading zero is octal for some programs and decimal for others.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.toLowerCase().split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...Array<string>(8 - given).fill("0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

const formatV4 = (base: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (base >> shift) & 255n).join(".");

/** RFC 5952: the longest run of zero groups is left out, the first of equal ones, a single one never. */
function formatV6(base: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((base >> BigInt(112 - at * 16)) & 0xffffn).toString(16));
  const text = groups.join(":");
  const runs = [...text.matchAll(/(?<=^|:)0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].length - a[0].length || a.index - b.index,
  );
  const longest = runs[0];
  if (!longest) return text;
  const before = text.slice(0, longest.index).replace(/:$/, "");
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}
