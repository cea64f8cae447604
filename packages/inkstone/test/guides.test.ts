/** What the README, CONTRIBUTING, the packages' pages and the guides show is there: links, npm scripts, and programs that type-check. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './receipt-folder.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string) => text.replace(/^ *```[\s\S]*?^ *```/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = [...withoutCode(read(page)).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] as string);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('links to what is there', () => {
    const links = [...withoutCode(text).matchAll(/\]\(([^)]+)\)|\bsrc="([^"]+)"/g)]
      .map(([, link, source]) => link ?? (source as string))
      .filter((link) => !link.startsWith('https://'));
    const broken = links.filter((link) => {
      const [path, anchor] = link.split('#') as [string, string?];
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] as string);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('programs in TypeScript', () => {
  it('type-check', { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    // Not installed here. Its types are those of the package that it has in common with onnxruntime-web.
    const declared = "declare module 'onnxruntime-node' { export * from 'onnxruntime-common'; }\n";
    writeFileSync(join(folder, 'onnxruntime-node.d.ts'), declared);
    let count = 0;
    for (const page of PAGES) {
      for (const [, code] of read(page).matchAll(/```ts\n(.*?)```/gs)) {
        count += 1;
        writeFileSync(join(folder, `${page.replace(/\W/g, '_')}_${count}.ts`), `${code}\nexport {};\n`);
      }
    }
    expect(count).toBeGreaterThan(8);
    const compilerOptions = { noUnusedLocals: false, lib: ['ES2023', 'DOM'], noEmit: true };
    const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
