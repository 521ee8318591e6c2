import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { clockOf } from "@/server/domain/provisioning/phone-clock.rules";
import {
  type DeskSettings,
  grandstreamFile,
  linphoneFile,
  snomFile,
  xmlText,
  yealinkFile,
} from "@/server/domain/provisioning/phone-files.rules";
import { hostileText } from "@/test/support/hostile-text";

const phone: DeskSettings = {
  number: "101",
  displayName: "Front door",
  sipUsername: "florist-101",
  server: "sip.example.com",
  port: 5061,
  transport: "tcp",
  mac: "805ec0123456",
  secret: "abcdefghjkmnpqrstuvwxyz234",
  clock: clockOf("Europe/Berlin", 2027),
};

test("a Yealink phone reads its account, codecs and clock", () => {
  const lines = yealinkFile(phone).text.split("\n");
  expect(lines[0]).toBe("#!version:1.0.0.1");
  for (const line of [
    "account.1.enable = 1",
    "account.1.label = 101 Front door",
    "account.1.user_name = florist-101",
    "account.1.password = abcdefghjkmnpqrstuvwxyz234",
    "account.1.sip_server.1.address = sip.example.com",
    "account.1.sip_server.1.port = 5061",
    "account.1.sip_server.1.transport_type = 1",
    "account.1.codec.g722.enable = 1",
    "local_time.time_zone = +1",
    "local_time.start_time = 3/5/7/2",
    "local_time.end_time = 10/5/7/3",
  ]) {
    expect(lines).toContain(line);
  }
  expect(yealinkFile({ ...phone, clock: clockOf("Asia/Kolkata", 2027) }).text).toContain("time_zone = +5:30\n");
});

test("a Grandstream phone reads the numbers of its parameters", () => {
  const { text } = grandstreamFile(phone);
  for (const field of [
    "<mac>805ec0123456</mac>",
    "<P47>sip.example.com:5061</P47>",
    "<P35>florist-101</P35>",
    "<P34>abcdefghjkmnpqrstuvwxyz234</P34>",
    "<P130>1</P130>",
    "<P246>STD-1DST-2,M3.5.0/2,M10.5.0/3</P246>",
  ]) {
    expect(text).toContain(field);
  }
  const newYork = grandstreamFile({ ...phone, clock: clockOf("America/New_York", 2027) }).text;
  expect(newYork).toContain("<P246>STD5DST4,M3.2.0/2,M11.1.0/2</P246>");
});

test("a Snom phone reads its first identity", () => {
  const { text } = snomFile(phone);
  for (const field of [
    '<user_name idx="1" perm="">florist-101</user_name>',
    '<user_pass idx="1" perm="">abcdefghjkmnpqrstuvwxyz234</user_pass>',
    '<user_outbound idx="1" perm="">sip:sip.example.com:5061;transport=tcp</user_outbound>',
    '<utc_offset perm="">3600</utc_offset>',
    '<dst perm="">3600 03.05.07 02:00:00 10.05.07 03:00:00</dst>',
  ]) {
    expect(text).toContain(field);
  }
});

test("without a secret the line of the secret is left out, and nothing else", () => {
  const without = { ...phone, secret: null };
  for (const file of [yealinkFile, grandstreamFile, snomFile]) {
    const [all, rest] = [file(phone).text.split("\n"), file(without).text.split("\n")];
    const missing = all.filter((line) => !rest.includes(line));
    expect(missing).toHaveLength(1);
    expect(missing[0]).toContain(phone.secret);
    expect(rest).toHaveLength(all.length - 1);
  }
});

test("Linphone is given the digest for this realm, and no secret", () => {
  const text = linphoneFile(phone, "0123456789abcdef0123456789abcdef");
  expect(text).toContain('<entry name="ha1" overwrite="true">0123456789abcdef0123456789abcdef</entry>');
  expect(text).toContain('<entry name="realm" overwrite="true">ringfence</entry>');
  expect(text).toContain("&lt;sip:sip.example.com:5061;transport=tcp&gt;");
  expect(text).not.toContain("passwd");
});

describe("a hostile name", () => {
  const plain = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|apos);/g, "");

  test("neither opens an element nor ends a line", () => {
    fc.assert(
      fc.property(hostileText, (displayName) => {
        for (const file of [grandstreamFile, snomFile, (p: DeskSettings) => ({ text: linphoneFile(p, "0") })]) {
          const [hostile, tame] = [file({ ...phone, displayName }).text, file({ ...phone, displayName: "x" }).text];
          expect(hostile.split("\n").length).toBe(tame.split("\n").length);
          for (const sign of ["<", ">"]) expect(hostile.split(sign).length).toBe(tame.split(sign).length);
          expect(plain(hostile)).not.toContain("&");
          expect(hostile).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
        }
      }),
    );
  });

  test("is one value of one line for a Yealink phone, without a comment in it", () => {
    fc.assert(
      fc.property(hostileText, (displayName) => {
        const lines = yealinkFile({ ...phone, displayName }).text.split("\n");
        expect(lines).toHaveLength(yealinkFile(phone).text.split("\n").length);
        const [line = "", ...others] = lines.filter((one) => one.startsWith("account.1.display_name = "));
        expect(others).toEqual([]);
        expect(line).not.toMatch(/[\r\n\u2028\u2029#;]/);
      }),
    );
  });

  test("comes through whole where the form can hold it", () => {
    expect(xmlText(`Müller & <Söhne> "Büro" 😀`)).toBe("Müller &amp; &lt;Söhne&gt; &quot;Büro&quot; 😀");
    expect(xmlText("a\r\nb\u2028c\ud800")).toBe("a  b c ");
  });
});
