// Where a web source asks what a type of values is called: prints [[file, line, text], …] of the files given.
// Standard input: {"files": [...], "names": [...], "telling": [...], "asked": [...], "root": "web"}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const given = JSON.parse(readFileSync(0, 'utf8'));
const ts = createRequire(resolve(given.root, 'package.json'))('typescript');
const [names, telling, asked] = [given.names, given.telling, given.asked].map((words) => new Set(words));
const config = ts.readConfigFile(resolve(given.root, 'tsconfig.json'), ts.sys.readFile).config.compilerOptions;
const { options } = ts.convertCompilerOptionsFromJson({ ...config, types: [] }, given.root);
const program = ts.createProgram(given.files, { ...options, noEmit: true });
const checker = program.getTypeChecker();
const kinds = ts.SyntaxKind;
const EQUALITY = new Set([kinds.EqualsEqualsEqualsToken, kinds.ExclamationEqualsEqualsToken, kinds.EqualsEqualsToken, kinds.ExclamationEqualsToken]);
const LOOKUPS = new Set(['includes', 'has', 'get', 'indexOf', 'startsWith']);

/** Whether an expression holds the name of a type: by what it is called, or because its values are such names. */
function asks(node) {
  if (ts.isPropertyAccessExpression(node) && asked.has(node.name.text)) return !isOther(node);
  const literals = literalsOf(node);
  return literals.filter((word) => telling.has(word)).length > 1 && literals.filter((word) => names.has(word)).length > 3;
}

/** `type` and `format` are names of other things, too: of runs, of events, of languages … */
function isOther(node) {
  const literals = literalsOf(node);
  return literals.length > 0 ? !literals.some((word) => telling.has(word)) : !(checker.getTypeAtLocation(node).flags & ts.TypeFlags.String);
}

function literalsOf(node) {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  return (type.isUnion() ? type.types : [type]).flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
}

const wordOf = (node) => (node && ts.isStringLiteralLike(node) ? node.text : undefined);
const keyOf = (property) => property.name && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name) ? property.name.text : undefined);

function isTable(words) {
  const said = words.filter((word) => word !== undefined);
  return said.length > 1 && said.length === words.length && said.some((word) => telling.has(word)) && said.every((word) => names.has(word));
}

function isFound(node) {
  if (ts.isBinaryExpression(node) && EQUALITY.has(node.operatorToken.kind)) {
    const [word, other] = wordOf(node.left) === undefined ? [wordOf(node.right), node.left] : [wordOf(node.left), node.right];
    return word !== undefined && !ts.isTypeOfExpression(other) && (telling.has(word) || (names.has(word) && asks(other)));
  }
  if (ts.isCaseClause(node)) {
    const word = wordOf(node.expression);
    return word !== undefined && (telling.has(word) || (names.has(word) && asks(node.parent.parent.expression)));
  }
  if (ts.isElementAccessExpression(node)) return asks(node.argumentExpression);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && LOOKUPS.has(node.expression.name.text)) {
    return node.arguments.some(asks);
  }
  if (ts.isObjectLiteralExpression(node)) return isTable(node.properties.map(keyOf));
  if (ts.isArrayLiteralExpression(node)) return isTable(node.elements.map(wordOf));
  return false;
}

const found = [];
for (const name of given.files) {
  const source = program.getSourceFile(name);
  const visit = (node) => {
    if (isFound(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push([name, line + 1, source.text.split('\n')[line].trim()]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
process.stdout.write(JSON.stringify(found));
