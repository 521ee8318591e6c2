import ts from "typescript";

import { everyNode, isCode, isProduct, lineAt, type Source, type TidyRule } from "./source";

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** Next gives meaning to these: (group), [parameter], [...rest], _private. */
const NEXT_SEGMENT = /^(\([a-z-]+\)|\[(\.\.\.)?[a-zA-Z]+\]|_[a-z-]+)$/;
const CONFIG_FILE = /\.config\.(ts|m?js)$/;

/** How files and functions are cut and named. */
export const shapeRules: readonly TidyRule[] = [
  {
    name: `a file has at most ${MAX_FILE_LINES} lines`,
    applies: isCode,
    problems: ({ text }) => {
      const lines = text.replace(/\n$/, "").split("\n").length;
      return lines > MAX_FILE_LINES ? [`it has ${lines}`] : [];
    },
    planted: { path: "server/domain/long.ts", text: "export const a = 1;\n".repeat(MAX_FILE_LINES + 1) },
    fine: { path: "server/domain/full.ts", text: "export const a = 1;\n".repeat(MAX_FILE_LINES) },
  },
  {
    name: `a function has at most ${MAX_FUNCTION_LINES} lines`,
    applies: isProduct,
    problems: (file) =>
      functionsOf(file).flatMap(({ name, lines }) => (lines > MAX_FUNCTION_LINES ? [`${name} has ${lines}`] : [])),
    planted: {
      path: "workers/long.ts",
      text: `export const long = () => {\n${"  work();\n".repeat(MAX_FUNCTION_LINES)}};\n`,
    },
    fine: {
      path: "workers/full.ts",
      text: `export function full() {\n${"  work();\n".repeat(MAX_FUNCTION_LINES - 2)}}\n`,
    },
  },
  {
    name: "names of files and folders are in kebab-case",
    applies: isCode,
    problems: ({ path }) =>
      path
        .split("/")
        .filter((part) => !KEBAB.test(part) && !(path.startsWith("app/") && NEXT_SEGMENT.test(part)))
        .map((part) => `"${part}"`),
    planted: { path: "components/billing/BalanceBar.tsx", text: "" },
    fine: { path: "app/(portal)/[tenantSlug]/calls/page.tsx", text: "" },
  },
  {
    name: "no index file: import the file that holds the thing",
    applies: isCode,
    problems: ({ path }) => (/(^|\/)index\.[a-z]+$/.test(path) ? ["rename it to what it holds"] : []),
    planted: { path: "components/ui/index.ts", text: "" },
    fine: { path: "components/ui/index-card.tsx", text: "" },
  },
  {
    name: "named exports only, outside app/ and configuration files",
    applies: (path) => isProduct(path) && !path.startsWith("app/") && !CONFIG_FILE.test(path),
    problems: (file) =>
      file
        .tree()
        .statements.filter(isDefaultExport)
        .map((node) => lineOf(file, node)),
    planted: { path: "components/card.tsx", text: "export default function Card() {}\n" },
    fine: { path: "components/card.tsx", text: "export function Card() {}\n" },
  },
  {
    name: "every exported function of the domain says what it does",
    applies: (path) => isCode(path) && path.startsWith("server/domain/"),
    problems: (file) =>
      file
        .tree()
        .statements.filter(isUndocumentedFunction)
        .map((node) => lineOf(file, node)),
    planted: { path: "server/domain/a.ts", text: "// Not a doc comment.\nexport const a = async () => 1;\n" },
    fine: {
      path: "server/domain/a.ts",
      text: "/** Says one. */\nexport function a() {\n  return 1;\n}\nexport const b = 2;\n",
    },
  },
];

const lineOf = (file: Source, node: ts.Node) => `line ${lineAt(file, node.getStart(file.tree()))}`;

function functionsOf(file: Source): readonly { name: string; lines: number }[] {
  return everyNode(file)
    .filter((node): node is ts.FunctionLikeDeclaration => ts.isFunctionLike(node) && "body" in node)
    .map((node) => ({
      name: `${node.name?.getText(file.tree()) ?? "the function"} at line ${lineAt(file, node.getStart(file.tree()))}`,
      lines: lineAt(file, node.end) - lineAt(file, node.getStart(file.tree())) + 1,
    }));
}

const modifiersOf = (node: ts.Node) => (ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []);
const has = (node: ts.Node, kind: ts.SyntaxKind) => modifiersOf(node).some((modifier) => modifier.kind === kind);

const isDefaultExport = (node: ts.Statement): boolean =>
  (ts.isExportAssignment(node) && !node.isExportEquals) || has(node, ts.SyntaxKind.DefaultKeyword);

function isUndocumentedFunction(node: ts.Statement): boolean {
  if (!has(node, ts.SyntaxKind.ExportKeyword) || !holdsFunction(node)) return false;
  // The signatures of an overload share the comment of the first.
  return ts.getJSDocCommentsAndTags(node).length === 0;
}

function holdsFunction(node: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(node)) return true;
  if (!ts.isVariableStatement(node)) return false;
  return node.declarationList.declarations.some(
    ({ initializer }) => initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)),
  );
}
