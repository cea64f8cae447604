import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../test/receipt-folder.js';
import { thisProcess } from '../../system/index.js';
import { serveForTest, TOKEN } from '../server.testing.js';
import { writeRun } from './run.testing.js';

const post = { method: 'POST' } as const;
const start = (overrides: unknown) => ({ ...post, body: JSON.stringify({ overrides }) });

describe('/api/runs', () => {
  it('streams the list, and what is added to it', async () => {
    const runs = temporaryFolder();
    writeRun(runs, 'one');
    const { port } = await serveForTest({ runs });
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const response = await fetch(`http://127.0.0.1:${port}/api/runs`, {
      headers: { cookie: `inkstone-ui-${port}=${TOKEN}` },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => (await reader.read()).value ?? '';
    expect(await next()).toMatch(/^event: runs\ndata: \{"rows":\[\{"name":"one"/);
    writeRun(runs, 'two');
    expect(await next()).toMatch(/^event: runs\ndata: \{"rows":\[\{"name":"two"/);
  });

  it('shows one run, and only pictures of its own', async () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine');
    mkdirSync(join(folder, 'overlays'));
    writeFileSync(join(folder, 'overlays/<b>.png'), 'picture');
    writeFileSync(join(runs, 'secret.png'), 'secret');
    const { askAsPage } = await serveForTest({ runs });
    expect(JSON.parse((await askAsPage('/api/runs/mine')).text)).toMatchObject({
      config: { exp_name: 'mine' },
      summary: null,
      overlays: ['<b>.png'],
    });
    const picture = await askAsPage('/api/runs/mine/overlays/%3Cb%3E.png');
    expect([picture.headers['content-type'], picture.text]).toEqual(['image/png', 'picture']);
    const outside = [
      '/api/runs/other',
      '/api/runs/..',
      '/api/runs/%2e%2e',
      '/api/runs/mine/overlays/..%2f..%2fsecret.png',
      '/api/runs/mine/overlays/%2e%2e/%2e%2e/secret.png',
      '/api/runs/..%2fmine/overlays/<b>.png',
    ];
    for (const path of outside) expect((await askAsPage(path)).status).toBe(404);
  });

  it('shows how the images of the last validation came out', async () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine');
    const { askAsPage } = await serveForTest({ runs });
    const answer = async () => JSON.parse((await askAsPage('/api/runs/mine/images')).text);
    expect(await answer()).toBeNull();
    const counts = { texts: 3, found: 1, missed: 2, split: 0, merged: 0, invented: 1 };
    const row = { id: '<a>', hmean: 0.5, hmean_iou: 0.4, hmean_deteval: null, ...counts, picture: null };
    writeFileSync(join(folder, 'val-images.json'), JSON.stringify({ step: 8, images: [row] }));
    expect(await answer()).toMatchObject({ step: 8, images: [{ id: '<a>', hmean: 0.5, ...counts }] });
    writeFileSync(join(folder, 'val-images.json'), '{"step": 8, "im');
    expect(await answer()).toEqual({ error: expect.stringContaining('val-images.json') });
    expect((await askAsPage('/api/runs/other/images')).status).toBe(404);
  });

  it('shows what 16 bits would make of its numbers', async () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine');
    const { askAsPage } = await serveForTest({ runs });
    const answer = async () => JSON.parse((await askAsPage('/api/runs/mine/numerics')).text);
    expect(await answer()).toBeNull();
    const fit = { overflow: 0.25, underflow: 0, lostNorm: 0.5 };
    const numbers = { range: { p01: -9, p99: 14, max: 17 }, float16: fit, bfloat16: fit, broken: 0 };
    const layer = {
      module: 'head.0',
      operation: 'conv2d',
      stored_as: 'float16',
      problem: 'activations overflow',
    };
    const numerics = {
      checkpoint: 'runs/mine/checkpoints/best.safetensors',
      batches: 2,
      loss_scale: 65536,
      scale_from: 'default',
      accumulated_batches: 1,
      largest_safe_scale: null,
      advice: ['train with trainer=bf16_safe'],
      layers: [{ ...layer, activations: numbers, gradients: null }],
    };
    writeFileSync(join(folder, 'numerics.json'), JSON.stringify(numerics));
    expect(await answer()).toMatchObject({
      lossScale: 65536,
      layers: [{ module: 'head.0', largestActivation: 17, activationsOver: 0.25, normLost: null }],
    });
    expect(JSON.parse((await askAsPage('/api/runs/mine')).text)).toMatchObject({ hasNumerics: true });
  });

  it('says in which line a configuration is damaged', async () => {
    const runs = temporaryFolder();
    writeFileSync(join(writeRun(runs, 'mine'), 'config.yaml'), 'a: 1\nb: [\n');
    const { askAsPage } = await serveForTest({ runs });
    const { status, text } = await askAsPage('/api/runs/mine');
    expect([status, JSON.parse(text).error]).toEqual([422, expect.stringMatching(/config\.yaml:\d/)]);
  });

  it('stops the run’s process with one SIGINT, and no other', async () => {
    const runs = temporaryFolder();
    const folder = writeRun(runs, 'mine');
    const { askAsPage } = await serveForTest({ runs });
    const stop = async () => {
      const { status, text } = await askAsPage('/api/runs/mine/stop', post);
      return [status, JSON.parse(text).error];
    };
    expect(await stop()).toEqual([422, 'mine is not running']);

    // Says when it is ready, and how often it was told to stop, a while after a line comes in: the signal may be on its way.
    const program = `let told = 0; process.on('SIGINT', () => told++); console.log(JSON.stringify(
      require('fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[19]));
      process.stdin.on('data', () => setTimeout(() => { console.log(told); process.exit(); }, 300));`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [ready] = await once(child.stdout, 'data');
    const lock = { ...thisProcess(), pid: child.pid, started: JSON.parse(String(ready)) };
    writeFileSync(join(folder, '.running-1.json'), JSON.stringify(lock));
    expect(await stop()).toEqual([200, undefined]);
    expect(await stop()).toEqual([422, 'mine is stopping: it finishes its step and saves']);
    child.stdin.write('\n');
    expect(String((await once(child.stdout, 'data'))[0])).toBe('1\n');

    const far = { ...thisProcess(), host: 'elsewhere', boot: 'another', pid: 7 };
    writeFileSync(join(folder, '.running-1.json'), JSON.stringify(far));
    expect(await stop()).toEqual([422, 'mine runs on elsewhere; stop it there, with kill -INT 7']);
  });

  it('says what is wrong with a run that cannot be started or resumed', async () => {
    const runs = temporaryFolder();
    writeRun(runs, 'mine');
    const { askAsPage } = await serveForTest({ runs });
    const typo = await askAsPage('/api/runs', start(['optimiser.lr=1']));
    expect([typo.status, JSON.parse(typo.text).error]).toEqual([422, expect.stringContaining('optimiser')]);
    const option = await askAsPage('/api/runs', start(['--overwrite']));
    expect([option.status, JSON.parse(option.text).error]).toEqual([
      422,
      expect.stringContaining('--overwrite'),
    ]);
    const resumed = await askAsPage('/api/runs/mine/resume', post);
    expect([resumed.status, JSON.parse(resumed.text).error]).toEqual([
      422,
      expect.stringContaining('checkpoint'),
    ]);
    expect((await askAsPage('/api/runs/other/resume', post)).status).toBe(404);
  }, 120_000);

  it.each([
    ['no JSON', 'x'],
    ['another form', '{"overrides":"a"}'],
    ['more', '{"overrides":[],"args":[]}'],
  ])('refuses %s', async (_, body) => {
    const { askAsPage } = await serveForTest();
    expect((await askAsPage('/api/runs', { ...post, body })).status).toBe(422);
  });
});
