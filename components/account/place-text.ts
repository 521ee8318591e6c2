/** Where an address is, as far as it can be known without asking anybody. */
export function placeText(address: string): string {
  if (address === "") return "unknown address";
  if (/^127\.|^::1$/.test(address)) return `${address}, this machine`;
  const inside = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe80:)/i;
  return inside.test(address) ? `${address}, a private network` : address;
}
