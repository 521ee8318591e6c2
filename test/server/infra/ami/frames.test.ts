import fc from "fast-check";
import { expect, test } from "vitest";

import { type Frame, FrameParser, isTold, lastOf, renderAction } from "@/server/infra/ami/frames";

function read(chunks: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  const parser = new FrameParser((frame) => frames.push(frame));
  for (const chunk of chunks) parser.push(chunk);
  return frames;
}
const message = "Asterisk Call Manager/11.0.0\r\nEvent: Hangup\r\nUniqueid: 1.2\r\nCause-txt: Normal: clearing\r\n\r\n";

test("one message, whatever pieces it comes in", () => {
  const whole = [{ event: "Hangup", uniqueid: "1.2", "cause-txt": "Normal: clearing" }];
  expect(read([message])).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: message.length }), { maxLength: 20 }), (cuts) => {
      const at = [0, ...new Set(cuts.toSorted((a, b) => a - b)), message.length];
      expect(read(at.slice(1).map((end, index) => message.slice(at[index], end)))).toEqual(whole);
    }),
  );
});

test("of a name that comes again the first counts and the last is kept apart, and a line without a name is nothing", () => {
  const [seen = {}] = read(["Event: A\r\nCall: 1\r\nCall: 2\r\nCall: 3\r\nrubbish\r\n: x\r\n\r\n"]);
  expect([seen["event"], seen["call"], lastOf(seen, "call"), lastOf(seen, "event")]).toEqual(["A", "1", "3", "A"]);
  expect([isTold(seen), isTold({ event: "A" })]).toEqual([false, true]);
});

test("half a line break ends nothing: it came from outside", () => {
  expect(read(["Event: A\r\nExten: 1\n\nEvent: B\nCall: 2\r\rCall: 3\r\n\r\n"])).toEqual([
    { event: "A", exten: "1\n\nEvent: B\nCall: 2\r\rCall: 3" },
  ]);
});

test("names of the language are ordinary names", () => {
  expect(read(["Event: A\r\n__proto__: x\r\nconstructor: y\r\n\r\n"])[0]).toMatchObject({ constructor: "y" });
});

test("a peer that never ends a line, or a message, is cut off", () => {
  expect(() => read(Array(100).fill("x".repeat(10_000)))).toThrow(RangeError);
  expect(() => read(Array(100).fill("A: b\r\n".repeat(1_000)))).toThrow(RangeError);
});

test("an action with a line break in it is not written", () => {
  for (const value of ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b"]) {
    expect(() => renderAction({ action: "Hangup", channel: value })).toThrow(RangeError);
    expect(() => renderAction({ [value]: "x" })).toThrow(RangeError);
  }
  expect(renderAction({ action: "Ping" })).toBe("action: Ping\r\n\r\n");
});

test("time grows with the size, not with its square", () => {
  const timed = (count: number) => {
    const text = message.repeat(count);
    const began = performance.now();
    read(Array.from({ length: Math.ceil(text.length / 65_536) }, (_, n) => text.slice(n * 65_536, (n + 1) * 65_536)));
    return performance.now() - began;
  };
  timed(2_000);
  const [small, large] = [timed(5_000), timed(50_000)];
  expect(large).toBeLessThan(Math.max(60, small * 40));
});
