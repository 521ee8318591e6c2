import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

import { SIP_REALM, secretDigests } from "@/server/domain/provisioning/digest.rules";
import { SipSecret } from "@/server/domain/provisioning/secret.rules";

test("the digests are those of user, realm and secret, MD5 first", () => {
  const secret = SipSecret.generate();
  const text = `acme-201:${SIP_REALM}:${secret.reveal()}`;
  const digestBy = (tool: string) => execFileSync(tool, { input: text, encoding: "utf8" }).split(" ")[0];
  expect(secretDigests("acme-201", secret)).toBe(`MD5:${digestBy("md5sum")},SHA-256:${digestBy("sha256sum")}`);
});

test("the secret itself is not in them", () => {
  const secret = SipSecret.generate();
  expect(secretDigests("acme-201", secret)).not.toContain(secret.reveal());
});
