/** The page itself: a few files that the build has put together from `page/`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';

/** Of `dist/`, whether this file runs from there or from `src/`. */
const BUILT = new URL('../../dist/ui/page/', import.meta.url);
const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/main.js', 'main.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
];

export function assets(): Hono {
  const app = new Hono();
  for (const [path, file, type] of FILES) {
    app.get(path, async (c) => {
      const text = await readFile(fileURLToPath(new URL(file, BUILT)), 'utf8');
      return c.body(text, 200, { 'content-type': type, 'cache-control': 'no-cache' });
    });
  }
  return app;
}
