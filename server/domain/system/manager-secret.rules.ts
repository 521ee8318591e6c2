import { createHmac } from "node:crypto";

const managerSecretNames = ["AMI_READ_SECRET", "AMI_ACT_SECRET"] as const;
type ManagerSecretName = (typeof managerSecretNames)[number];
export type Fingerprint = Readonly<{ name: ManagerSecretName; fingerprint: string }>;

/**
 * What is kept of the secrets in use: whoever reads it can tell a change, and without the key of this installation not even
 * try guesses on it.
 */
export function fingerprintsOf(
  authSecret: string,
  secrets: Readonly<Partial<Record<ManagerSecretName, string | undefined>>>,
): readonly Fingerprint[] {
  const key = createHmac("sha256", authSecret).update("manager secrets").digest();
  return managerSecretNames.flatMap((name) => {
    const secret = secrets[name];
    if (!secret) return [];
    return [{ name, fingerprint: createHmac("sha256", key).update(`${name}:${secret}`).digest("hex") }];
  });
}
