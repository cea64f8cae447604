import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../labels/index.js';
import { AllMetrics, evaluateIcdar, METRIC_NAMES, readIcdar } from './index.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'inkstone-icdar-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function folder(name: string, files: Record<string, string>): Promise<string> {
  const path = join(root, name);
  await mkdir(path);
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
  return path;
}

const quad = '0,0,40,0,40,10,0,10';

describe('readIcdar', () => {
  it('reads byte order marks, CRLF, empty lines, commas and quotes in transcripts', async () => {
    const path = await folder('gt', {
      'gt_a.txt': `\uFEFF${quad},12,50\r\n\r\n${quad},###\r\n${quad},"say \\"hi\\""\r\n`,
    });
    const texts = (await readIcdar(path)).get('a');
    expect(texts?.map((t) => t.transcript)).toEqual(['12,50', '###', 'say "hi"']);
    expect(texts?.map((t) => t.ignore)).toEqual([false, true, false]);
    expect(texts?.[0].polygon).toHaveLength(4);
  });

  it('takes lines for polygons when all of the set are nothing but points, or when told', async () => {
    const pentagon = `${quad},-5,5`;
    const bare = await folder('bare', { 'res_a.txt': pentagon, 'res_b.txt': quad });
    expect((await readIcdar(bare)).get('a')?.[0].polygon).toHaveLength(5);
    const written = await folder('written', { 'a.txt': `${pentagon},text` });
    expect((await readIcdar(written)).get('a')?.[0]).toMatchObject({ transcript: '-5,5,text' });
    expect((await readIcdar(written, 'polygon')).get('a')?.[0]).toMatchObject({ transcript: 'text' });
  });

  it('names file and line of what it cannot read', async () => {
    for (const [content, message] of [
      [`${quad},ok\n1,2,3,4,5`, /gt_a\.txt:2: expected x1,y1,.* found 5 fields: 1,2,3,4,5$/],
      ['0,0,NaN,0,1,1,2,2,x', /gt_a\.txt:1: a coordinate is NaN, not a finite number/],
      ['0,0,1e30,0,1,1,2,2,x', /gt_a\.txt:1: a coordinate is 1e\+30, beyond/],
    ] as const) {
      const path = await folder(`gt${message.source.length}`, { 'gt_a.txt': content });
      await expect(readIcdar(path)).rejects.toThrow(message);
    }
  });

  it('reads .TXT, and passes over what systems hide beside the results', async () => {
    const names = { 'gt_a.txt': quad, 'gt_b.TXT': quad, '._gt_a.txt': '\0', '.old.txt': 'junk' };
    expect([...(await readIcdar(await folder('mixed', names))).keys()].sort()).toEqual(['a', 'b']);
    const path = join(root, 'mixed.zip');
    await writeFile(path, zipSync({ './gt_a.TXT': strToU8(quad), 'r/__MACOSX/._gt_a.txt': strToU8('junk') }));
    expect([...(await readIcdar(path)).keys()]).toEqual(['a']);
  });

  it('names UTF-16, with a byte order mark and without one', async () => {
    for (const [name, mark] of [
      ['marked', '\uFEFF'],
      ['bare', ''],
    ] as const) {
      const path = await folder(name, {});
      await writeFile(join(path, 'gt_a.txt'), Buffer.from(`${mark}${quad}`, 'utf16le'));
      await expect(readIcdar(path)).rejects.toThrow(/gt_a\.txt: .*is UTF-16 text; save it as UTF-8$/);
    }
  });

  it('refuses more texts than fit into memory, however small they are packed', async () => {
    const page = strToU8(`${quad}\n`.repeat(9_999));
    const pages = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}.txt`, page]));
    const path = join(root, 'many.zip');
    await writeFile(path, zipSync(pages, { level: 1 }));
    await expect(readIcdar(path)).rejects.toThrow(/many\.zip: holds more than 1000000 texts/);
    const blank = strToU8('\n'.repeat(16 * 2 ** 20));
    await writeFile(
      path,
      zipSync(
        { 'a.txt': blank, 'b.txt': blank, 'c.txt': blank, 'd.txt': blank, 'e.txt': blank },
        { level: 1 },
      ),
    );
    await expect(readIcdar(path)).rejects.toThrow(/many\.zip: holds .* of texts; at most/);
  });

  it('says what is missing', async () => {
    await expect(readIcdar(join(root, 'nowhere'))).rejects.toThrow(/nowhere: no such folder or zip file/);
    await expect(readIcdar(await folder('empty', {}))).rejects.toThrow(/empty: holds no \.txt file/);
    await expect(readIcdar(await folder('twice', { 'a.txt': quad, 'gt_a.txt': quad }))).rejects.toThrow(
      /second file/,
    );
    const broken = join(root, 'broken.zip');
    await writeFile(broken, 'not a zip');
    await expect(readIcdar(broken)).rejects.toThrow(DataError);
  });

  it('reads zips, without the extra files that macOS packs', async () => {
    const path = join(root, 'gt.zip');
    await writeFile(
      path,
      zipSync({ 'x/gt_a.txt': strToU8(`${quad},a`), '__MACOSX/gt_a.txt': strToU8('junk') }),
    );
    expect([...(await readIcdar(path)).keys()]).toEqual(['a']);
  });
});

describe('evaluateIcdar', () => {
  it('pairs files by image, scores missing results as nothing found, and leaves out strangers', async () => {
    const gt = await folder('gt', { 'gt_1.txt': `${quad},four`, 'gt_2.txt': `${quad},four` });
    const pred = await folder('pred', { 'res_1.txt': quad, 'res_9.txt': quad });
    const result = await evaluateIcdar({ gt, pred, metric: 'iou', perImage: true });
    expect(result).toMatchObject({
      recall: 0.5,
      precision: 1,
      images: 2,
      imagesWithoutResult: ['2'],
      resultsWithoutImage: ['9'],
      counts: { texts: 2, detections: 1, matches: 1 },
    });
    expect(result.perImage?.map((image) => [image.id, image.hmean])).toEqual([
      ['1', 1],
      ['2', 0],
    ]);
    expect(await evaluateIcdar({ gt, pred, metric: 'cleval' })).toMatchObject({ recall: 0.5, precision: 1 });
  });

  it('refuses results that belong to none of the images', async () => {
    const gt = await folder('gt', { 'gt_1.txt': `${quad},four` });
    const pred = await folder('pred', { 'image_1.txt': quad });
    await expect(evaluateIcdar({ gt, pred, metric: 'iou' })).rejects.toThrow(/name it 1\.txt or res_1\.txt/);
  });
});

describe('AllMetrics', () => {
  it('names its figures by their metric, but for those of the first', async () => {
    const texts = (await readIcdar(await folder('gt', { 'gt_1.txt': `${quad},four` }))).get('1') ?? [];
    const metrics = new AllMetrics();
    metrics.add(texts, texts);
    metrics.add(texts, []);
    const figures = metrics.figures();
    expect(Object.keys(figures).slice(0, 6)).toEqual([
      'hmean',
      'precision',
      'recall',
      'hmean_iou',
      'precision_iou',
      'recall_iou',
    ]);
    expect(Object.keys(figures)).toHaveLength(METRIC_NAMES.length * 3);
    expect(figures).toMatchObject({ precision: 1, recall: 0.5, precision_iou: 1, recall_iou: 0.5 });
  });
});
