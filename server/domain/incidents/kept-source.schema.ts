/** Why an address is not banned by a containment, in words, from how `containment_sources` says it. */
export function keptWords(kept: string): string {
  const [kind = "", ...rest] = kept.split(" ");
  const what = rest.join(" ");
  if (kind === "usual") return "its phones were there before the attack";
  if (kind === "phone") return what.includes(",") ? `extensions ${what} use it` : `extension ${what} uses it`;
  if (kind === "extension") return `the telephone ${what} of another tenant is registered there`;
  if (kind === "keep") return `${what} is on the keep-list`;
  return kind === "loopback" ? "it is this machine itself" : `the trunk ${what} is there`;
}
