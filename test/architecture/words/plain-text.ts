import ts from "typescript";

import { lineAt, type Source } from "../tidy/source";

/** Attributes and fields whose text people read or hear. */
const READ =
  /^(aria-label|label|labels|title|next|placeholder|hint|alt|caption|header|text|noun|submit|busy|aside|description|sentence|words?|subject|empty|newestLabel|olderLabel|order|what|action|said)$/;
/** What stands in these is code or a key, in every language. */
const VERBATIM = new Set(["code", "kbd", "pre", "style", "script"]);
const LETTERS = /\p{L}{2}/u;
/** Two words or more that begin like a sentence, or end like one. */
const SENTENCE = /^[“"([]?\p{Lu}[\p{L}’'-]*,? \S*\p{L}|^\S*\p{Ll} .*\p{Ll}[.!?…:]$/u;
/** Keys of a keyboard, as they are printed on it. */
const KEYS = /^(?:(?:Ctrl|Shift|Alt|Enter|Esc|[A-Z0-9])(?: |$))+$/;
const SAYS = new Set(["t", "msg", "rich"]);
/** What goes to the log, to programs or to the compiler. */
const UNSEEN = new Set(["Error", "TypeError", "StartError", "RegExp", "Symbol", "Response"]);

/** Texts of a file that people see and that do not go through the catalogue, as "line N: text". */
export const plainTextIn = (file: Source): readonly string[] =>
  plainNodesIn(file).map((node) => {
    const text = ts.isJsxText(node) ? node.text : textOf(node);
    return `line ${lineAt(file, node.getStart(file.tree()))}: ${text.replace(/\s+/g, " ").trim().slice(0, 80)}`;
  });

const SIDE =
  /(?<=["'`\s:])(-?(m[lr]|p[lr]|left|right|border-[lr]|rounded-[lr]|rounded-[tb][lr])-(\d|\[|auto|full|px|sm|md|lg|none)[^\s"'`]*|text-(left|right)|border-[lr])(?=["'`\s])/;

/** Classes that mean left or right, where a page in Arabic needs the start and the end. */
export const sidesIn = (file: Source): readonly string[] =>
  file.text.split("\n").flatMap((line, at) => (SIDE.test(line) ? [`line ${at + 1}: ${SIDE.exec(line)?.[0]}`] : []));

export function plainNodesIn(file: Source): readonly ts.Node[] {
  const tree = file.tree();
  const found = new Set<ts.Node>();
  const shown = (node: ts.Node | undefined): void => {
    for (const leaf of textLeaves(node)) if (LETTERS.test(textOf(leaf)) && !KEYS.test(textOf(leaf))) found.add(leaf);
  };
  const visit = (node: ts.Node): void => {
    if (isSaid(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) {
      if (ts.isCallExpression(node)) for (const each of node.arguments.slice(1)) visit(each);
      return;
    }
    if (isVerbatim(node) || isUnseen(node)) return;
    if (ts.isJsxText(node) && LETTERS.test(node.text)) found.add(node);
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) shown(node.expression);
    if (ts.isJsxAttribute(node)) {
      const name = node.name.getText(tree);
      if (name === "className" || name.endsWith("Class")) return;
      if (READ.test(name)) shown(node.initializer);
    }
    if (ts.isPropertyAssignment(node) && READ.test(node.name.getText(tree)) && startsLikeText(node.initializer))
      shown(node.initializer);
    if (ts.isCallExpression(node) && node.expression.getText(tree) === "toast") shown(node.arguments[0]);
    if (isText(node) && SENTENCE.test(textOf(node)) && !KEYS.test(textOf(node))) found.add(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found];
}

const isText = (node: ts.Node): node is ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateExpression =>
  (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) &&
  !ts.isTaggedTemplateExpression(node.parent);

/** The text as it would be read, with something in the place of what is put in. */
function textOf(node: ts.Node): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => `0${span.literal.text}`).join("");
  return "";
}

/** In a table of values, a lower-case word is a name for programs, such as a role. */
const startsLikeText = (node: ts.Node): boolean => textLeaves(node).some((leaf) => /^\p{Lu}| /u.test(textOf(leaf)));

/** The texts that an expression may turn out as. */
function textLeaves(node: ts.Node | undefined): readonly ts.Node[] {
  if (!node) return [];
  if (isText(node)) return [node];
  if (ts.isJsxExpression(node) || ts.isParenthesizedExpression(node)) return textLeaves(node.expression);
  if (ts.isConditionalExpression(node)) return [...textLeaves(node.whenTrue), ...textLeaves(node.whenFalse)];
  if (!ts.isBinaryExpression(node)) return [];
  const chooses = [
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.QuestionQuestionToken,
    ts.SyntaxKind.PlusToken,
  ];
  return chooses.includes(node.operatorToken.kind) ? [...textLeaves(node.left), ...textLeaves(node.right)] : [];
}

const isSaid = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && SAYS.has(node.expression.text);

const isUnseen = (node: ts.Node): boolean =>
  (ts.isNewExpression(node) || ts.isCallExpression(node)) && UNSEEN.has(node.expression.getText());

const isVerbatim = (node: ts.Node): boolean =>
  ts.isJsxElement(node) && VERBATIM.has(node.openingElement.tagName.getText());
