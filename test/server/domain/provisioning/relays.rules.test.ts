import { describe, expect, test } from "vitest";

import { iceServersOf } from "@/server/domain/provisioning/relays.rules";

const at = new Date("2026-01-01T00:00:00.900Z");
const secret = "north";

describe("relays for the sound of a browser", () => {
  test("each phone has a name that ends after half a day, and the password that coturn makes of it", () => {
    const urls = ["stun:relay.example:3478", "turn:relay.example:3478?transport=udp", "turns:relay.example:443"];
    expect(iceServersOf({ urls, secret }, "acme-101.w1", at)).toEqual([
      { urls: ["stun:relay.example:3478"] },
      {
        urls: ["turn:relay.example:3478?transport=udp", "turns:relay.example:443"],
        username: "1767268800:acme-101.w1",
        // printf %s 1767268800:acme-101.w1 | openssl dgst -sha1 -hmac north -binary | base64
        credential: "HL3I/Qw+j/M76yJ6UelEyno3s4Y=",
      },
    ]);
  });

  test("without relays there is no password, and without anything there is nothing", () => {
    expect(iceServersOf({ urls: ["stun:relay.example"], secret }, "acme-101.w1", at)).toEqual([
      { urls: ["stun:relay.example"] },
    ]);
    expect(iceServersOf(undefined, "acme-101.w1", at)).toEqual([]);
  });
});
