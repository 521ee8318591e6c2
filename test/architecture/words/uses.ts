import ts from "typescript";

import { wordsFolder } from "@/server/infra/words/catalogue";

import { lineAt, type Source } from "../tidy/source";
import { shapeOf } from "./shape";

const SAYS = new Set(["t", "msg", "rich"]);
const BRINGS_THEM = /from "@\/(server\/kernel\/words|components\/words\/rich)"/;

export type Uses = Readonly<{ folder: string; texts: readonly string[]; problems: readonly string[] }>;

/** The texts that a file hands to the catalogue, and what is wrong with how it does. */
export function usesIn(file: Source): Uses {
  const folder = wordsFolder(file.path);
  if (!BRINGS_THEM.test(file.text)) return { folder, texts: [], problems: [] };
  const texts: string[] = [];
  const problems: string[] = [];
  const say = (node: ts.Node, what: string) =>
    problems.push(`${file.path} line ${lineAt(file, node.getStart(file.tree()))}: ${what}`);
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && SAYS.has(node.expression.text)) {
      const name = node.expression.text;
      const found = writtenTexts(node.arguments[0]);
      if (!found) say(node, `${name} wants its text written out`);
      texts.push(...(found ?? []));
      if (name !== "msg" && !inFunction)
        say(node, `${name} is called while the file loads; mark the text with msg, say it later`);
      for (const text of found ?? []) {
        const problem = name === "msg" ? undefined : valueProblem(text, node.arguments[1]);
        if (problem) say(node, problem);
      }
    }
    ts.forEachChild(node, (child) => visit(child, inFunction || ts.isFunctionLike(node)));
  };
  visit(file.tree(), false);
  return { folder, texts, problems };
}

/** The texts of an expression that is written out: one, or one of two. */
export function writtenTexts(node: ts.Node | undefined): readonly string[] | undefined {
  if (!node) return undefined;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return writtenTexts(node.expression);
  if (!ts.isConditionalExpression(node)) return undefined;
  const [yes, no] = [writtenTexts(node.whenTrue), writtenTexts(node.whenFalse)];
  return yes && no && [...yes, ...no];
}

function valueProblem(text: string, values: ts.Node | undefined): string | undefined {
  const wanted = shapeOf(text);
  if (typeof wanted === "string") return `“${text}”: ${wanted}`;
  if (values && !ts.isObjectLiteralExpression(values)) return "the values of a text are written where it is said";
  const given = (values?.properties ?? []).map((property) => property.name?.getText() ?? "…");
  const names = [...wanted.names, ...wanted.tags];
  const wrong = [
    ...names.filter((name) => !given.includes(name)).map((name) => `${name} is not given`),
    ...given.filter((name) => !names.includes(name)).map((name) => `${name} is not in the text`),
  ];
  return wrong.length > 0 ? `“${text}”: ${wrong.join(", ")}` : undefined;
}
