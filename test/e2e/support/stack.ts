export type SignIn = Readonly<{ email: string; password: string; tenantSlug: string; role: string; kind: string }>;
type Stack = Readonly<{
  appUrl: string;
  sipDomain: string;
  sipPort: number;
  /** Of a DNS of the tests' own. */
  dnsServer: string;
  signIns: readonly SignIn[];
}>;

/** Where the stack of this run is, as its host told the global set-up. */
export const stack = (): Stack => JSON.parse(process.env["RINGFENCE_BROWSER_STACK"] ?? "{}");

/** The first of the demo's sign-ins that fits, as `npm start` prints them. */
export function signInOf(kind: string, role: string): SignIn {
  const found = stack().signIns.find((each) => each.kind === kind && each.role === role);
  if (!found) throw new Error(`The demo has no ${role} of a ${kind}.`);
  return found;
}
