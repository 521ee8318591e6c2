import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, test } from "vitest";

import { wordsFolders } from "@/server/infra/words/catalogue";
import { inLanguage } from "@/server/infra/words/speaking";
import { filled, localeOf } from "@/server/kernel/words";
import { sourceOf } from "./tidy/source";
import { collected, fileProblems, others, quarrels, readTexts, sameKeys, wordsSources } from "./words/catalogue-check";
import { plainTextIn, sidesIn } from "./words/plain-text";
import { shapeOf } from "./words/shape";
import { usesIn } from "./words/uses";
import { wrapped } from "./words/wrap";

const files = wordsSources();
const { texts, problems } = collected(files);
/** What people look at. */
const shown = /^(app|components)\//;
const english = new Set([...texts.values()].flatMap((each) => [...each]));

describe("the catalogue", () => {
  test("is told its texts as they are written", () => expect(problems).toEqual([]));

  test.each(others)(
    "has every text in %s, with its placeholders and counts, and none that nothing says",
    (language) => {
      const found = [...texts].flatMap(([folder, said]) =>
        fileProblems(said, language, readTexts(folder, language)).map((problem) => `${folder}: ${problem}`),
      );
      expect(found).toEqual([]);
      expect(wordsFolders().filter((folder) => !texts.has(folder))).toEqual([]);
      expect(quarrels([...texts.keys()], language)).toEqual([]);
    },
  );

  test("tells its texts apart", () => expect(sameKeys([...english])).toEqual([]));

  test("has everything that people see in the files of pages", () => {
    const seen = files.filter(({ path }) => shown.test(path));
    expect(seen.flatMap((file) => plainTextIn(file).map((text) => `${file.path} ${text}`))).toEqual([]);
  });

  test("stands on pages that know no left and right", () => {
    const seen = files.filter(({ path }) => shown.test(path));
    expect(seen.flatMap((file) => sidesIn(file).map((text) => `${file.path} ${text}`))).toEqual([]);
    const classes = (text: string) => sidesIn(sourceOf("components/a/b.tsx", `<p className="${text}" />`)).length;
    expect(["ml-2", "sm:pr-[2px]", "flex -mr-2", "text-left", "border-l", "left-0"].map(classes)).toEqual([
      1, 1, 1, 1, 1, 1,
    ]);
    expect(["ms-2 pe-4", "text-start", "start-0", "border-s", "bright-2"].map(classes)).toEqual([0, 0, 0, 0, 0]);
  });

  test.each(["en", ...others] as const)("fills its texts in as the library of the format does, in %s", (language) => {
    const wrong = inLanguage(language, () =>
      [...texts].flatMap(([folder, said]) => {
        const translated = language === "en" ? undefined : readTexts(folder, language);
        return [...said].flatMap((text) => differences(text, translated ? translated[text] : text, language));
      }),
    );
    expect(wrong).toEqual([]);
  });
});

/** Each text with small, large and odd counts, against the reference. */
function differences(
  text: string,
  said: string | undefined,
  language: (typeof others)[number] | "en",
): readonly string[] {
  if (said === undefined) return [`${text}: not there`];
  const own = said.replace(/^[a-z ]+\|/, "");
  // Letters alone are said as they stand by both.
  if (!/[{}<#']/.test(own)) return [];
  const shape = shapeOf(text);
  if (typeof shape === "string") return [`${text}: not there`];
  const choices = new Map(shape.choices);
  const counts = shape.counts.length > 0 ? [0, 1, 2, 3, 11, 100, 1234] : [7];
  const format = new IntlMessageFormat(own, localeOf(language));
  return counts.flatMap((count) => {
    const values: Record<string, unknown> = {};
    for (const name of shape.names)
      values[name] = shape.counts.some(([each]) => each === name) ? count : (choices.get(name)?.[0] ?? "x");
    for (const tag of shape.tags) values[tag] = (inside: readonly unknown[]) => `‹${inside.join("")}›`;
    const reference = format.format(values as never);
    const wanted = Array.isArray(reference) ? reference.join("") : String(reference);
    const given = filled(own, values)
      .join("")
      .replace(/[\u2068\u2069]/g, "");
    return given === wanted ? [] : [`${language} “${own}” with ${count}: ${given}, not ${wanted}`];
  });
}

describe("the check finds", () => {
  const uses = (code: string) =>
    usesIn(sourceOf("components/a/b.tsx", `import { msg, t } from "@/server/kernel/words";\n${code}`));

  test("a text that is put together, said too early, or lacks a value", () => {
    expect(uses(["const a = () => t(`$", "{b} calls`);"].join("")).problems).toHaveLength(1);
    expect(uses('const a = t("Calls");').problems[0]).toContain("mark the text with msg");
    expect(uses('const a = () => t("{n} calls", { m: 1 });').problems[0]).toContain(
      "n is not given, m is not in the text",
    );
    expect(uses('const a = () => t("{n} calls");').problems).toHaveLength(1);
    expect(uses('const a = msg("{n} calls");\nconst b = () => t(c ? "Yes" : "No");')).toMatchObject({
      texts: ["{n} calls", "Yes", "No"],
      problems: [],
    });
  });

  test("a translation that lost something", () => {
    const of = (text: string, translation: string) =>
      fileProblems(new Set([text]), "ar", { [text]: translation }).length;
    expect(of("{n} calls", "{m}")).toBe(1);
    expect(of("a <b>c</b>", "a c")).toBe(1);
    expect(of("{n, plural, one {#} other {#}}", "{n, plural, one {#} other {#}}")).toBe(1);
    expect(
      of("{n, plural, one {#} other {#}}", "{n, plural, zero {#} one {#} two {#} few {#} many {#} other {#}}"),
    ).toBe(0);
    expect(of("{n}", "")).toBe(1);
    expect(of("{n}", "l'{n}")).toBe(1);
  });

  test("what people see and nobody translates, and nothing else", () => {
    const seen = (code: string) => plainTextIn(sourceOf("components/a/b.tsx", code)).length;
    for (const code of [
      "const a = <p>Calls</p>;",
      'const a = <Field label="Name" />;',
      'const a = <p>{b ? "Open" : c}</p>;',
      ["const a = <i aria-label={`$", "{b} calls`} />;"].join(""),
      'const a = { label: "Name" };',
      'toast("Saved");',
      'const a = b("Write your name.");',
    ])
      expect([code, seen(code)]).toEqual([code, 1]);
    for (const code of [
      'const a = <p className="flex items-center">{t("Calls")}</p>;',
      "const a = <code>not_found</code>;",
      'const a = { key: "calls", href: "/t/acme" };',
      'throw new Error("Nobody sees this one.");',
      'import a from "A place like this.";',
    ])
      expect([code, seen(code)]).toEqual([code, 0]);
  });

  test("what stands alone, and wraps it", () => {
    const code =
      'const a = { label: "Name" };\nconst b = () => <p title="Open">Two words</p>;\nconst c = () => <p>For {d} days</p>;\n';
    expect(wrapped(sourceOf("components/a/b.tsx", code))).toBe(
      'import { msg, t } from "@/server/kernel/words";\n\nconst a = { label: msg("Name") };\nconst b = () => <p title={t("Open")}>{t("Two words")}</p>;\nconst c = () => <p>For {d} days</p>;\n',
    );
  });
});
