import { expect, test } from "vitest";

import { placeText } from "@/components/account/place-text";

test.each([
  ["", "unknown address"],
  ["127.0.0.1", "127.0.0.1, this machine"],
  ["::1", "::1, this machine"],
  ["192.168.1.7", "192.168.1.7, a private network"],
  ["172.20.0.1", "172.20.0.1, a private network"],
  ["172.32.0.1", "172.32.0.1"],
  ["fd00::1", "fd00::1, a private network"],
  ["203.0.113.9", "203.0.113.9"],
])("%s is told as %s", (address, text) => expect(placeText(address)).toBe(text));
