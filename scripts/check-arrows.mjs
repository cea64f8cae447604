/**
 * `npm run check:arrows`: rooms import rooms on floors below their own, through their index, and never in a circle. The floors
 * are those of CONTRIBUTING.md. The rooms of the C++ side, each one floor above the last, are held to the same. Prints each import that breaks a rule as `file:line` and ends with 1 when there is one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'packages/inkstone/src');
const native = join(root, 'packages/inkstone/native/src');

/** From the ground up. Rooms of one floor do not know each other. */
export const FLOORS = [
  ['system'],
  ['config', 'tracking', 'tensor', 'cache', 'labels', 'serving', 'distributed'],
  ['nn', 'metrics', 'onnx'],
  ['amp', 'data', 'detection'],
  ['training'],
  ['runs'],
  ['studies'],
  ['ui'],
  ['cli'],
];
/** The rooms of the addon, from the ground up. */
const NATIVE_FLOORS = ['base', 'conv', 'kernels', 'binding', 'wasm'];
/** What each package may import of the others. */
const PACKAGES = {
  detect: [],
  receipts: ['inkstone-detect'],
  inkstone: ['inkstone-detect', 'inkstone-receipts'],
};

const INCLUDE = /^#include "([^"]+)"/gm;
const IMPORT = /^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

/** Every import of the non-test files below `folder`, or what else `pattern` finds: file, line and specifier. */
function importsBelow(folder, pattern = IMPORT) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.(ts|cpp|h)$/.test(name) && !/\.(test|testing)\.ts$/.test(name))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(file, 'utf8');
      return [...text.matchAll(pattern)].map((match) => ({
        file,
        line: text.slice(0, match.index).split('\n').length,
        specifier: match[1] ?? match[2],
      }));
    });
}

/** What is wrong with the arrows between rooms, one line each. */
export function brokenArrows() {
  const floorOf = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
  const complaints = [];
  const files = new Map();
  const complain = ({ file, line }, what) => complaints.push(`${relative(root, file)}:${line}: ${what}`);
  for (const found of importsBelow(source)) {
    const { file, specifier } = found;
    if (!specifier.startsWith('.')) continue;
    const target = resolve(dirname(file), specifier).replace(/\.js$/, '.ts');
    files.set(file, [...(files.get(file) ?? []), target]);
    const [from, inside] = relative(source, file).split('/');
    const [to, ...rest] = relative(source, target).split('/');
    if (from === to || inside === undefined) continue;
    if (!floorOf.has(from)) complain(found, `the room ${from} has no floor`);
    else if (!(floorOf.get(to) < floorOf.get(from))) complain(found, `${from} may not know ${to}`);
    if (rest.join('/') !== 'index.ts') complain(found, `past the door of ${to}: import ${to}/index.js`);
  }
  for (const [name, allowed] of Object.entries(PACKAGES)) {
    for (const found of importsBelow(join(root, 'packages', name, 'src'))) {
      const other = /^inkstone-\w+/.exec(found.specifier)?.[0];
      if (other !== undefined && !allowed.includes(other)) complain(found, `${name} may not know ${other}`);
    }
  }
  for (const found of importsBelow(native, INCLUDE)) {
    const from = relative(native, found.file).split('/')[0];
    const to = found.specifier.split('/')[0];
    if (!NATIVE_FLOORS.slice(0, NATIVE_FLOORS.indexOf(from) + 1).includes(to)) {
      complain(found, `native ${from} may not know ${to}`);
    }
  }
  return [...complaints, ...circles(files)];
}

/** Files that import each other in a circle, whatever room they are in. */
function circles(files) {
  const found = [];
  const done = new Set();
  const visit = (file, path) => {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.push(`a circle: ${[...path.slice(start), file].map((f) => relative(source, f)).join(' → ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const next of files.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const complaints = brokenArrows();
  for (const complaint of complaints) console.error(complaint);
  console.log(complaints.length === 0 ? 'Every arrow points down.' : `${complaints.length} broken arrows`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
