import { expect, it } from "vitest";

import { secretsFile } from "@/components/extensions/secrets-file";

it("is a table with all that a phone needs, and no formula", () => {
  const secrets = [
    { number: "101", displayName: 'The "big", door', sipUsername: "acme-101", secret: "abc" },
    { number: "102", displayName: "=cmd|x", sipUsername: "acme-102", secret: "def" },
    { number: "103", sipUsername: "acme-103", secret: "ghi" },
  ];
  expect(secretsFile(secrets, { domain: "sip.example.com", port: 5060, transport: "udp" })).toBe(
    [
      "number,name,sip_username,secret,server,port,transport",
      '101,"The ""big"", door",acme-101,abc,sip.example.com,5060,udp',
      "102,'=cmd|x,acme-102,def,sip.example.com,5060,udp",
      "103,,acme-103,ghi,sip.example.com,5060,udp",
      "",
    ].join("\r\n"),
  );
});
