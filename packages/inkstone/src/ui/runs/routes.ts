/** `/api/runs`: the list, one run, what happens to them as server-sent events; start, stop, resume. */
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { readBody } from '../request-body.js';
import { RowsWatch } from '../rows-watch.js';
import { RunCommands } from './commands.js';
import { numericsView } from './numerics-view.js';
import { RunsFolder } from './runs-folder.js';
import { FiguresWatch } from './watch.js';

const LOOK_MILLISECONDS = 1000;

const startSchema = z.strictObject({ overrides: z.array(z.string().min(1)).max(1000) });

export function runRoutes(path: string): Hono {
  const runs = new RunsFolder(path);
  const commands = new RunCommands(runs);
  const app = new Hono();
  const missing = (c: Context) => c.json({ error: `there is no run ${c.req.param('name')}` }, 404);

  /** With `?run=NAME`, once or more: these runs and their figures; without, the whole list. */
  app.get('/', (c) => {
    const asked = c.req.queries('run');
    const rows = new RowsWatch(
      (name) => runs.row(name),
      () => asked ?? runs.names(),
    );
    const figures = (asked ?? []).map((name) => new FiguresWatch(runs, name));
    return streamSSE(c, async (stream) => {
      while (!stream.aborted) {
        const changed = rows.look();
        if (changed !== undefined) await stream.writeSSE({ event: 'runs', data: JSON.stringify(changed) });
        for (const event of figures.flatMap((run) => run.look())) {
          await stream.writeSSE({ event: 'figures', data: JSON.stringify(event) });
        }
        await stream.sleep(LOOK_MILLISECONDS);
      }
    });
  });

  app.get('/:name', (c) => {
    const details = runs.details(c.req.param('name'));
    return details === undefined ? missing(c) : c.json(details);
  });

  app.get('/:name/images', (c) => {
    const images = runs.images(c.req.param('name'));
    return images === undefined ? missing(c) : c.json(images);
  });

  app.get('/:name/numerics', (c) => {
    const numerics = runs.numerics(c.req.param('name'));
    if (numerics === undefined) return missing(c);
    return c.json(numerics === null ? null : numericsView(numerics));
  });

  app.get('/:name/overlays/:picture', (c) => {
    const picture = runs.overlay(c.req.param('name'), c.req.param('picture'));
    if (picture === undefined) return missing(c);
    return c.body(new Uint8Array(picture), 200, { 'content-type': 'image/png' });
  });

  app.post('/', async (c) => {
    const { overrides } = await readBody(c, startSchema);
    return c.json({ run: (await commands.start(overrides)) ?? null });
  });

  app.post('/:name/resume', async (c) => {
    const folder = runs.folderOf(c.req.param('name'));
    if (folder === undefined) return missing(c);
    await commands.resume(folder);
    return c.json({ run: c.req.param('name') });
  });

  app.post('/:name/stop', (c) => {
    const name = c.req.param('name');
    if (runs.folderOf(name) === undefined) return missing(c);
    commands.stop(name);
    return c.json({ run: name });
  });

  return app;
}
