import { expect, test } from "vitest";

import { relyingPartyOf } from "@/server/auth/relying-party";

test.each([
  ["https://portal.example.com/", { id: "portal.example.com", origin: "https://portal.example.com" }],
  ["http://127.0.0.1:3000", { id: "localhost", origin: "http://localhost:3000" }],
  ["http://[::1]:3000", { id: "localhost", origin: "http://localhost:3000" }],
  ["http://192.0.2.7:3000", undefined],
  ["http://[2001:db8::1]", undefined],
])("%s", (appUrl, party) => expect(relyingPartyOf(appUrl)).toEqual(party));
