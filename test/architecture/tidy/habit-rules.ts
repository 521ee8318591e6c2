import ts from "typescript";

import { isCode, isProduct, isTest, linesIn, nodesIn, type TidyRule } from "./source";

/** `object.name`, also when it is called or read further. */
const member =
  (object: string, names?: readonly string[]) =>
  (node: ts.Node): boolean =>
    ts.isPropertyAccessExpression(node) &&
    node.expression.getText() === object &&
    (!names || names.includes(node.name.text));

const call = (name: string) => (node: ts.Node) =>
  ts.isCallExpression(node) && node.expression.getText().split(".").at(-1) === name;

// Written in two halves: this file is read by its own rules.
const SWITCHED_OFF = new RegExp(["@ts-(igno", "re|nocheck|expect-error)|biome-igno", "re|eslint-disa", "ble"].join(""));
const LEFT_OPEN = new RegExp(["\\b(TO", "DO|FIX", "ME|HA", "CK)\\b|not implemen", "ted|lorem ip", "sum"].join(""));
const HOSTS_AND_PATHS = new RegExp(["(registry|deb)\\.[a-z]+(js)?\\.(org|com)|/(wo", "rk|fa", "rm)/"].join(""));
const PRINTS = /^server\/(cli|embedded)\/|^prisma\/seed\.ts$/;
const READS_ENV = /^server\/(config|embedded)\//;

/** What code here does not do. */
export const habitRules: readonly TidyRule[] = [
  {
    name: "no any",
    applies: isCode,
    problems: (file) => nodesIn(file, (node) => node.kind === ts.SyntaxKind.AnyKeyword),
    planted: { path: "server/kernel/a.ts", text: "export const a = (b: unknown) => b as any;\n" },
    fine: { path: "server/kernel/a.ts", text: "// any\nexport const any = Promise.any;\n" },
  },
  {
    name: "no non-null assertion",
    applies: isCode,
    problems: (file) => nodesIn(file, (node) => ts.isNonNullExpression(node)),
    planted: { path: "test/a.test.ts", text: "const [first] = rows;\nuse(first!.id);\n" },
    fine: { path: "test/a.test.ts", text: "if (!first) throw new Error('empty!');\nuse(first.id !== 1);\n" },
  },
  {
    name: "no check is switched off",
    applies: isCode,
    problems: (file) => linesIn(file, SWITCHED_OFF),
    planted: { path: "app/a.ts", text: ["// @ts-", "expect-error later\nexport const a: number = '';\n"].join("") },
    fine: { path: "app/a.ts", text: "// The compiler expects no error here.\nexport const a = 1;\n" },
  },
  {
    name: "nothing is left open",
    applies: isCode,
    problems: (file) => linesIn(file, LEFT_OPEN),
    planted: { path: "server/domain/a.ts", text: ["// TO", "DO: locks\nexport const a = 1;\n"].join("") },
    fine: { path: "server/domain/a.ts", text: "// What is to do comes from the outbox.\nexport const a = 1;\n" },
  },
  {
    name: "secrets and ids come from node:crypto, not from Math",
    applies: isProduct,
    problems: (file) => nodesIn(file, member("Math", ["random"])),
    planted: { path: "server/domain/a.ts", text: "export const secret = Math.random().toString(36);\n" },
    fine: { path: "server/domain/a.ts", text: "export const most = Math.max(1, 2);\n" },
  },
  {
    name: "product code writes to the logger; only the command line and the starter print",
    applies: (path) => isProduct(path) && !PRINTS.test(path),
    problems: (file) => nodesIn(file, member("console")),
    planted: { path: "workers/a.ts", text: "console.log('settled');\n" },
    fine: { path: "workers/a.ts", text: "log.info('settled');\n" },
  },
  {
    name: "the environment is read in server/config and by the starter",
    applies: (path) => isProduct(path) && !path.startsWith("prisma/") && !READS_ENV.test(path),
    problems: (file) => nodesIn(file, member("process", ["env"])),
    planted: { path: "server/domain/a.ts", text: "export const days = Number(process.env['DAYS']);\n" },
    fine: { path: "server/domain/a.ts", text: "export const days = (env: { DAYS: number }) => env.DAYS;\n" },
  },
  {
    name: "no floating point near money",
    applies: (path) => isProduct(path) && /^(server\/(kernel|domain|api|cli)|workers)\//.test(path),
    problems: (file) => nodesIn(file, (node) => call("parseFloat")(node) || call("toFixed")(node)),
    planted: { path: "server/domain/a.ts", text: "export const shown = (Number(micros) / 1e6).toFixed(4);\n" },
    fine: { path: "server/domain/a.ts", text: "export const shown = formatMicros(micros);\n" },
  },
  {
    name: "every test runs, and asserts something",
    applies: isTest,
    problems: (file) =>
      nodesIn(
        file,
        (node) =>
          ["test", "it", "describe"].some((name) =>
            member(name, ["skip", "only", "todo", "skipIf", "runIf", "fixme"])(node),
          ) ||
          (ts.isCallExpression(node) && /^(xit|xtest|xdescribe)$|^expect\(true\)/.test(node.getText())),
      ),
    planted: { path: "test/server/a.test.ts", text: ["test", ".skip('charges once', () => {});\n"].join("") },
    fine: { path: "test/server/a.test.ts", text: "test.each([1])('skip %s', (n) => expect(n).toBe(1));\n" },
  },
  {
    name: "no name of a package host and no path of one machine",
    applies: () => true,
    problems: (file) => linesIn(file, HOSTS_AND_PATHS),
    planted: { path: "README.md", text: ["Run it in /wo", "rk/main.\n"].join("") },
    fine: { path: "README.md", text: "Run it in your checkout; the rest happens at work.\n" },
  },
];
