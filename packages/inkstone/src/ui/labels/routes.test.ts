import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { filesBelow, temporaryFolder, writeImage } from '../../../test/receipt-folder.js';
import { type Answer, pageHeaders, serveForTest } from '../server.testing.js';
import { LabelFolder } from './label-folder.js';

const TEXT = {
  polygon: [
    [0, 10],
    [40, 10],
    [40, 30],
  ],
  transcript: '',
  ignore: false,
};
const CHANGE = JSON.stringify({ texts: [TEXT], isConfirmed: true });
const address = (name: string) => `/api/labels/pictures/${encodeURIComponent(name)}`;
const json = ({ text }: Answer) => JSON.parse(text);

async function serve(root: string) {
  const folder = await LabelFolder.open(root, () => {});
  onTestFinished(() => folder.close());
  const labels = { folder, drafter: undefined, training: [], close: async () => {} };
  return { ...(await serveForTest({ labels })), folder };
}

async function serveOne() {
  const root = temporaryFolder();
  await writeImage(join(root, 'a.png'), 120, 90);
  return { root, ...(await serve(root)) };
}

describe('the labels over HTTP', () => {
  it('says when there is no folder', async () => {
    const { askAsPage } = await serveForTest();
    expect(json(await askAsPage('/api/labels'))).toEqual({ folder: null, training: [] });
    expect((await askAsPage(address('a.png'))).status).toBe(404);
  });

  it('needs the token, as everything does', async () => {
    const { ask, askAsPage } = await serveOne();
    expect((await ask(address('a.png'))).status).toBe(401);
    const headers = { origin: 'http://evil.example', 'if-match': '"new"' };
    expect((await askAsPage(address('a.png'), { method: 'PUT', headers, body: CHANGE })).status).toBe(403);
  });

  it('gives a picture with its version, and saves a change of that version alone', async () => {
    const { askAsPage, folder } = await serveOne();
    const read = await askAsPage(address('a.png'));
    expect(json(read)).toEqual({
      name: 'a.png',
      width: 120,
      height: 90,
      state: 'new',
      texts: [],
      version: 'new',
    });
    const put = (version?: string) =>
      askAsPage(address('a.png'), {
        method: 'PUT',
        body: CHANGE,
        ...(version && { headers: { 'if-match': version } }),
      });
    expect([(await put()).status, (await put('new')).status]).toEqual([428, 428]);
    const saved = await put(read.headers.etag);
    expect([saved.status, saved.headers.etag]).toEqual([200, `"${folder.held('a.png').version}"`]);
    const late = await put(read.headers.etag);
    expect([late.status, json(late).current]).toEqual([
      409,
      expect.objectContaining({
        state: 'confirmed',
        texts: [{ ...TEXT, id: '1' }],
        version: json(saved).version,
      }),
    ]);
  });

  it('says in the list why there is none, and goes on when that is mended', async () => {
    const { port, root, folder } = await serveOne();
    const seen: string[] = [];
    const listening = request(
      { port, path: '/api/labels/pictures', headers: pageHeaders(port) },
      (answer) => {
        answer.setEncoding('utf8').on('data', (chunk: string) => seen.push(chunk));
      },
    );
    onTestFinished(() => void listening.destroy());
    listening.on('error', () => {}).end();
    const told = (event: string, data: string) =>
      vi.waitFor(() => expect(seen.join('')).toContain(`event: ${event}\ndata: ${data}`), {
        timeout: 20_000,
      });
    await told('problem', 'null');
    renameSync(root, `${root}-moved`);
    await told('problem', `"${folder.path} was moved or replaced`);
    renameSync(`${root}-moved`, root);
    seen.length = 0;
    await told('problem', 'null');
  });

  it.each([
    '{"texts":[],"isConfirmed":true,"more":1}',
    '{"texts":[{"polygon":[[0,0]],"transcript":"","ignore":false}],"isConfirmed":true}',
    '{"texts":[{"polygon":[[0,0],[1,null],[2,2]],"transcript":"","ignore":false}],"isConfirmed":true}',
    'no JSON',
  ])('refuses %s, and writes nothing', async (body) => {
    const { askAsPage, root } = await serveOne();
    const before = filesBelow(root);
    const headers = { 'if-match': '"new"' };
    expect((await askAsPage(address('a.png'), { method: 'PUT', headers, body })).status).toBe(422);
    expect(filesBelow(root)).toEqual(before);
  });

  it.each([
    '../secret.png',
    '..%2fsecret.png',
    'out.png',
    'out/secret.png',
    '/etc/passwd',
    '.inkstone/x.png',
    'a.png\0',
  ])('has no picture %j, to read, to show or to write', async (name) => {
    const top = temporaryFolder();
    const root = join(top, 'root');
    mkdirSync(root);
    mkdirSync(join(top, 'other'));
    await writeImage(join(top, 'other/secret.png'), 120, 90);
    await writeImage(join(top, 'secret.png'), 120, 90);
    symlinkSync(join(top, 'secret.png'), join(root, 'out.png'));
    symlinkSync(join(top, 'other'), join(root, 'out'));
    const { askAsPage } = await serve(root);
    const before = filesBelow(root);
    const put = { method: 'PUT', headers: { 'if-match': '"new"' }, body: CHANGE };
    const answers = [
      await askAsPage(address(name)),
      await askAsPage(`${address(name)}/image`),
      await askAsPage(`${address(name)}/thumbnail`),
      await askAsPage(address(name), put),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(filesBelow(root)).toEqual(before);
  });

  it('shows pictures upright, whatever browsers can show, and no file that only looks like one', async () => {
    const root = temporaryFolder();
    const picture = sharp({ create: { width: 120, height: 90, channels: 3, background: '#888' } });
    await picture.clone().withMetadata({ orientation: 6 }).tiff().toFile(join(root, 'turned.tiff'));
    await picture.clone().withMetadata({ orientation: 6 }).jpeg().toFile(join(root, 'turned.jpg'));
    writeFileSync(join(root, 'page.png'), '<script>alert(1)</script>');
    const { askAsPage } = await serve(root);
    expect(json(await askAsPage(address('turned.tiff')))).toMatchObject({ width: 90, height: 120 });
    for (const name of ['turned.tiff', 'turned.jpg']) {
      const { status, headers } = await askAsPage(`${address(name)}/image`);
      expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
    }
    for (const end of ['', '/image', '/thumbnail']) {
      expect((await askAsPage(address('page.png') + end)).status).toBe(422);
    }
  });
});
