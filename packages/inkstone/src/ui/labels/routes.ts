/** `/api/labels`: the pictures of a folder, their texts and what happens to them; saving, exporting. */
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { InkstoneError } from '../../system/index.js';
import { readBody } from '../request-body.js';
import { RowsWatch } from '../rows-watch.js';
import { EXPORT_FORMATS, exportLabels } from './export.js';
import { VersionError } from './label-folder.js';
import { textSchema } from './label-text.js';
import type { Labels } from './labels.js';
import { displayable, thumbnail } from './picture-bytes.js';
import type { Conflict, DetectorView, LabelsView, PictureRow } from './protocol.js';

const LOOK_MILLISECONDS = 1000;
const NO_DETECTOR: DetectorView = { model: null, waiting: 0, problem: null };

const changeSchema = z.strictObject({ texts: z.array(textSchema).readonly(), isConfirmed: z.boolean() });
const exportSchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  valFraction: z.number().min(0).max(0.9),
});

export function labelRoutes(labels: Labels | undefined): Hono {
  const app = new Hono();
  if (labels === undefined) {
    app.get('/', (c) => c.json({ folder: null, training: [] } satisfies LabelsView));
    return app;
  }
  const { folder, drafter, training } = labels;
  const missing = (c: Context) => c.json({ error: 'there is no such picture' }, 404);
  const rowOf = (name: string): PictureRow => {
    const { state, texts, doubt, version } = folder.held(name);
    return { name, state, texts: texts.length, doubt, problem: drafter?.problemOf(name) ?? null, version };
  };

  app.get('/', (c) => c.json({ folder: folder.path, training } satisfies LabelsView));

  /** The list, how far the detector is, and why there is no list: labels that cannot be read, a folder that was moved. */
  app.get('/pictures', (c) => {
    const rows = new RowsWatch(rowOf, () => folder.names());
    const told = new Map<string, string>();
    return streamSSE(c, async (stream) => {
      const tell = async (event: string, what: unknown): Promise<void> => {
        const data = JSON.stringify(what);
        if (told.get(event) !== data) await stream.writeSSE({ event, data });
        told.set(event, data);
      };
      while (!stream.aborted) {
        // Pictures may have come.
        void drafter?.work();
        try {
          const changed = rows.look();
          if (changed !== undefined)
            await stream.writeSSE({ event: 'pictures', data: JSON.stringify(changed) });
          await tell('detector', drafter?.view() ?? NO_DETECTOR);
          await tell('problem', null);
        } catch (error) {
          if (!(error instanceof InkstoneError)) throw error;
          await tell('problem', error.message);
        }
        await stream.sleep(LOOK_MILLISECONDS);
      }
    });
  });

  app.get('/pictures/:name', async (c) => {
    const name = c.req.param('name');
    const picture = await folder.read(name);
    if (picture === undefined) return missing(c);
    drafter?.want(name);
    return c.json(picture, 200, { etag: quoted(picture.version), 'cache-control': 'no-store' });
  });

  for (const [kind, make] of [
    ['image', displayable],
    ['thumbnail', thumbnail],
  ] as const) {
    app.get(`/pictures/:name/${kind}`, async (c) => {
      const file = folder.fileOf(c.req.param('name'));
      if (file === undefined) return missing(c);
      const { bytes, type } = await make(file);
      return c.body(bytes, 200, { 'content-type': type, 'cache-control': 'no-cache' });
    });
  }

  app.put('/pictures/:name', async (c) => {
    const name = c.req.param('name');
    if (folder.fileOf(name) === undefined) return missing(c);
    const version = /^"(\w+)"$/.exec(c.req.header('if-match') ?? '')?.[1];
    if (version === undefined) return c.json({ error: 'If-Match must say which version was changed' }, 428);
    const change = await readBody(c, changeSchema);
    try {
      const held = folder.save(name, change, version);
      return c.json(rowOf(name), 200, { etag: quoted(held.version) });
    } catch (error) {
      if (!(error instanceof VersionError)) throw error;
      const current = await folder.read(name);
      if (current === undefined) return missing(c);
      return c.json({ error: error.message, current } satisfies Conflict, 409);
    }
  });

  app.post('/export', async (c) => {
    const { format, valFraction } = await readBody(c, exportSchema);
    return c.json(exportLabels(folder.path, format, valFraction, () => folder.expectOurs()));
  });

  return app;
}

const quoted = (version: string): string => `"${version}"`;
