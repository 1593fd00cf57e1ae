/**
 * Reads what each module imports, exports and weighs, from its syntax tree (TypeScript 6 API).
 * Works on texts, so the laws can be tried on modules that exist only in a test.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";

/** Path from the repository's root, with forward slashes, to the text of the module. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly specifier: string;
  /** The module that is meant, when it is one of ours; undefined for packages and node: modules. */
  readonly target: string | undefined;
  /** true: gone after compilation (import type, export type, import("…").Type). */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface ExportedFunction {
  readonly name: string;
  readonly parameters: number;
}

export interface LongFunction {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

export interface Module {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly ExportedFunction[];
  /** Lines on which something of another module is exported again. */
  readonly reexportLines: readonly number[];
  readonly defaultExportLines: readonly number[];
  readonly longFunctions: readonly LongFunction[];
}

/** STYLE: budget of a function, first line to last. */
export const FUNCTION_LINES_MAX = 70;

/** The project's own modules, tests included; `root` is the repository. */
export function readSources(root: string, folders: readonly string[]): Sources {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    if (!existsSync(join(root, folder))) continue;
    for (const found of globSync(`${folder}/**/*.ts`, { cwd: root })) {
      const path = found.replaceAll("\\", "/");
      if (!path.endsWith(".d.ts")) sources.set(path, readFileSync(join(root, path), "utf8"));
    }
  }
  return sources;
}

export function readModules(sources: Sources): readonly Module[] {
  return [...sources].map(([path, text]) => readModule(path, text, sources));
}

function readModule(path: string, text: string, sources: Sources): Module {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const lineOf = (position: number): number =>
    file.getLineAndCharacterOfPosition(position).line + 1;
  const imports: Import[] = [];
  const longFunctions: LongFunction[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found !== undefined) {
      const target = resolveModule(path, found.specifier, sources);
      imports.push({ ...found, target, line: lineOf(node.getStart()) });
    }
    if (isFunctionWithBody(node)) {
      const line = lineOf(node.getStart());
      const lines = lineOf(node.getEnd()) - line + 1;
      if (lines > FUNCTION_LINES_MAX) longFunctions.push({ name: functionName(node), line, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return {
    path,
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports,
    functions: exportedFunctions(file),
    reexportLines: reexports(file).map((node) => lineOf(node.getStart())),
    defaultExportLines: defaultExports(file).map((node) => lineOf(node.getStart())),
    longFunctions,
  };
}

/** The import that `node` itself makes: declaration, export … from, import(), import type, import =. */
function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: literal(node.moduleSpecifier), typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: literal(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { specifier: literal(node.arguments[0]), typeOnly: false };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: literal(node.argument.literal), typeOnly: true };
  }
  if (ts.isExternalModuleReference(node)) {
    return { specifier: literal(node.expression), typeOnly: false };
  }
  return undefined;
}

/** Text of a string literal; a computed specifier is shown as such and resolves to nothing. */
function literal(node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : "(computed)";
}

/** The file a relative specifier means: "./x.js" is x.ts; AssemblyScript writes "./x". */
function resolveModule(from: string, specifier: string, sources: Sources): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const base = join(dirname(from), specifier);
  const candidates = [base, base.replace(/\.js$/, ".ts"), `${base}.ts`, `${base}/index.ts`];
  // A relative import that leads to no known module is kept, so that a law can report it.
  return candidates.find((candidate) => sources.has(candidate)) ?? base;
}

function exportedFunctions(file: ts.SourceFile): ExportedFunction[] {
  return file.statements
    .filter((statement) => ts.isFunctionDeclaration(statement))
    .filter((declaration) => hasModifier(declaration, ts.SyntaxKind.ExportKeyword))
    .map(({ name, parameters }) => ({ name: name?.text ?? "", parameters: parameters.length }));
}

/** export … from, and the export of a name that was imported. */
function reexports(file: ts.SourceFile): ts.Node[] {
  const imported = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const { name, namedBindings } = statement.importClause ?? {};
    if (name !== undefined) imported.add(name.text);
    if (namedBindings === undefined) continue;
    if (ts.isNamespaceImport(namedBindings)) imported.add(namedBindings.name.text);
    else for (const element of namedBindings.elements) imported.add(element.name.text);
  }
  return file.statements.filter((statement) => {
    if (!ts.isExportDeclaration(statement)) return false;
    if (statement.moduleSpecifier !== undefined) return true;
    const clause = statement.exportClause;
    return (
      clause !== undefined &&
      ts.isNamedExports(clause) &&
      clause.elements.some(({ name, propertyName }) => imported.has((propertyName ?? name).text))
    );
  });
}

function defaultExports(file: ts.SourceFile): ts.Node[] {
  return file.statements.filter(
    (statement) =>
      ts.isExportAssignment(statement) ||
      hasModifier(statement, ts.SyntaxKind.DefaultKeyword) ||
      (ts.isExportDeclaration(statement) &&
        statement.exportClause !== undefined &&
        ts.isNamedExports(statement.exportClause) &&
        statement.exportClause.elements.some(({ name }) => name.text === "default")),
  );
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((m) => m.kind === kind);
}

type FunctionWithBody = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

function isFunctionWithBody(node: ts.Node): node is FunctionWithBody {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function functionName(node: FunctionWithBody): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : "(anonymous)";
}
