import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import ts from "typescript";

export type Source = { readonly path: string; readonly text: string; readonly tree: () => ts.SourceFile };

/** One thing that the house does not do, with a sample that must be found and its nearest innocent neighbour. */
export type TidyRule = {
  readonly name: string;
  readonly applies: (path: string) => boolean;
  readonly problems: (file: Source) => readonly string[];
  readonly planted: Sample;
  readonly fine: Sample;
};
type Sample = { readonly path: string; readonly text: string };

/** Everything that is committed or about to be, generated code left out. */
export function trackedFiles(): readonly string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = execFileSync("git", args, { encoding: "utf8", maxBuffer: 16_000_000 }).split("\0");
  const deleted = execFileSync("git", ["ls-files", "-z", "--deleted"], { encoding: "utf8" }).split("\0");
  return [...new Set(names)].filter((name) => name !== "" && !deleted.includes(name));
}

export const sourceAt = (path: string): Source => sourceOf(path, readFileSync(path, "utf8"));

export function sourceOf(path: string, text: string): Source {
  let parsed: ts.SourceFile | undefined;
  return {
    path,
    text,
    tree: () => {
      parsed ??= ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      return parsed;
    },
  };
}

export const isCode = (path: string): boolean => /\.(tsx?|[mc]?js)$/.test(path);
export const isProduct = (path: string): boolean =>
  isCode(path) && /^((app|components|server|workers|prisma)\/|proxy\.ts$)/.test(path);
export const isTest = (path: string): boolean => isCode(path) && path.startsWith("test/");

export const lineAt = (file: Source, position: number): number =>
  file.tree().getLineAndCharacterOfPosition(position).line + 1;

/** Every node of the file that `wanted` accepts, as "line N: its text". */
export function nodesIn(file: Source, wanted: (node: ts.Node) => boolean): readonly string[] {
  return everyNode(file)
    .filter(wanted)
    .map((node) => `line ${lineAt(file, node.getStart(file.tree()))}: ${node.getText(file.tree()).slice(0, 60)}`);
}

export function everyNode(file: Source): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file.tree());
  return found;
}

/** Lines that match, as "line N: text". */
export const linesIn = (file: Source, pattern: RegExp): readonly string[] =>
  file.text
    .split("\n")
    .flatMap((line, at) => (pattern.test(line) ? [`line ${at + 1}: ${line.trim().slice(0, 60)}`] : []));
