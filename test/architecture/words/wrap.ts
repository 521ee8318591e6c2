import ts from "typescript";

import type { Source } from "../tidy/source";
import { plainNodesIn } from "./plain-text";

type Edit = Readonly<{ from: number; to: number; text: string; uses: "t" | "msg" }>;

/**
 * Puts the texts of a file that stand alone through the catalogue: `t` where somebody is spoken to, `msg` in tables that are
 * made before. Sentences that are put together of pieces stay as they are, for a person to write as one.
 */
export function wrapped(file: Source): string {
  const tree = file.tree();
  const edits = plainNodesIn(file).flatMap((node) => editOf(node, tree) ?? []);
  if (edits.length === 0) return file.text;
  let text = file.text;
  for (const edit of [...edits].sort((a, b) => b.from - a.from)) {
    text = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  }
  return withImport(text, [...new Set(edits.map(({ uses }) => uses))].sort());
}

function editOf(node: ts.Node, tree: ts.SourceFile): Edit | undefined {
  const uses = inFunction(node) ? "t" : "msg";
  if (ts.isJsxText(node)) {
    if (!standsAlone(node) || node.text.includes("&")) return undefined;
    const words = node.text.replace(/\s*\n\s*/g, " ");
    const text = words.trim();
    return { from: node.getStart(tree, false), to: node.end, text: `{${uses}(${JSON.stringify(text)})}`, uses };
  }
  if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node)) return undefined;
  const place = placeOf(node);
  if (place && besideText(place)) return undefined;
  if (ts.isBinaryExpression(node.parent) && node.parent.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return undefined;
  const call = `${uses}(${JSON.stringify(node.text)})`;
  return { from: node.getStart(tree), to: node.end, text: ts.isJsxAttribute(node.parent) ? `{${call}}` : call, uses };
}

/** The place among the children of an element in which an expression stands. */
function placeOf(node: ts.Node): ts.JsxExpression | undefined {
  for (
    let around: ts.Node = node.parent;
    !ts.isFunctionLike(around) && !ts.isSourceFile(around);
    around = around.parent
  ) {
    if (ts.isJsxAttribute(around) || ts.isCallExpression(around)) return undefined;
    if (ts.isJsxExpression(around)) return around;
  }
  return undefined;
}

/** Whether nothing beside it belongs to the same sentence. */
function standsAlone(node: ts.JsxText): boolean {
  const { parent } = node;
  if (!ts.isJsxElement(parent) && !ts.isJsxFragment(parent)) return false;
  const at = parent.children.indexOf(node);
  const icon = (each: ts.Node | undefined) =>
    each === undefined || (ts.isJsxSelfClosingElement(each) && each.tagName.getText() === "Icon");
  const others = parent.children.filter(
    (each, place) => place !== at && !(ts.isJsxText(each) && each.text.trim() === ""),
  );
  return others.every(icon);
}

const besideText = ({ parent }: ts.JsxExpression): boolean =>
  (ts.isJsxElement(parent) || ts.isJsxFragment(parent)) &&
  parent.children.some((each) => ts.isJsxText(each) && each.text.trim() !== "");

function inFunction(node: ts.Node): boolean {
  for (let around: ts.Node | undefined = node.parent; around; around = around.parent)
    if (ts.isFunctionLike(around)) return true;
  return false;
}

function withImport(text: string, names: readonly string[]): string {
  const known = /import \{ ([^}]*) \} from "@\/server\/kernel\/words";\n/.exec(text);
  if (known) {
    const all = [...new Set([...(known[1] ?? "").split(", "), ...names])].sort();
    return text.replace(known[0], `import { ${all.join(", ")} } from "@/server/kernel/words";\n`);
  }
  const line = `import { ${names.join(", ")} } from "@/server/kernel/words";\n`;
  const imports = [...text.matchAll(/^import [\s\S]*?;\n/gm)];
  const last = imports.at(-1);
  const at = last ? last.index + last[0].length : text.startsWith('"use') ? text.indexOf("\n") + 1 : 0;
  return `${text.slice(0, at)}${at > 0 && !last ? "\n" : ""}${line}${last ? "" : "\n"}${text.slice(at)}`;
}
