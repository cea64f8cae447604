/**
 * A data set and its cache under random edits: whatever changes between two readings, a reading never returns a value
 * made from anything but the present files and settings.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CacheEntry, CacheManager, sourceFact } from '../../src/cache/index.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const SEQUENCES = rounds(10_000, 30);
const LEVELS = ['image', 'tensor', 'maps'];
const NAMES = ['a', 'b', 'c'];
const CONTENT_BYTES = 16;

const edits = [
  'config',
  'transform',
  'touch',
  'replace image',
  'rename image',
  'label',
  'code',
  'data set',
  'same size and time',
  'flip back',
] as const;
type Edit = (typeof edits)[number];

/** A pipeline whose values spell out everything they were made from. */
class Project {
  images = new Map<string, string>();
  settings = { size: 640, code: 1, dataset: 'one', maps: true, loadMaps: false };
  fills = 0;
  reads = 0;
  private clock = 1;

  constructor(
    readonly folder: string,
    readonly mode: 'stat' | 'content',
  ) {
    for (const name of NAMES) {
      this.images.set(name, `${name}.png`);
      this.write(`${name}.png`, `${name} first`);
      this.write(`${name}.txt`, `${name} label`);
    }
  }

  apply(edit: Edit, name: string, value: number): void {
    const image = this.images.get(name)!;
    const { settings } = this;
    if (edit === 'config') settings.maps = !settings.maps;
    if (edit === 'transform') settings.size = 32 * (1 + (value % 4));
    if (edit === 'touch') this.write(image, this.read(image));
    if (edit === 'replace image') this.write(image, `other ${value}`);
    if (edit === 'label') this.write(`${name}.txt`, `label ${value}`);
    if (edit === 'code') settings.code++;
    if (edit === 'data set') settings.dataset = settings.dataset === 'one' ? 'two' : 'one';
    if (edit === 'flip back') settings.loadMaps = !settings.loadMaps;
    if (edit === 'rename image') {
      const renamed = `${name}${value % 3}.png`;
      fs.renameSync(join(this.folder, image), join(this.folder, renamed));
      this.images.set(name, renamed);
    }
    if (edit === 'same size and time') {
      const { mtime } = fs.statSync(join(this.folder, image));
      this.write(image, `sneaky ${value}`);
      fs.utimesSync(join(this.folder, image), mtime, mtime);
    }
  }

  open(): Promise<CacheManager> {
    const { size, code, dataset, maps, loadMaps } = this.settings;
    return CacheManager.open({
      config: {
        root: join(this.folder, 'cache'),
        fingerprint: this.mode,
      },
      levels: { image: {}, tensor: {}, maps: { kept: maps, compression: 'lz4' } },
      scope: 'project',
      description: { dataset, transforms: [{ name: 'resize', size }], code, maps, loadMaps },
      sources: {
        image: NAMES.map((n) => this.fact(this.images.get(n)!)),
        label: NAMES.map((n) => this.fact(`${n}.txt`)),
      },
      log: () => {},
    });
  }

  async check(): Promise<void> {
    const cache = await this.open();
    for (const name of NAMES) {
      for (const level of LEVELS) {
        const sources = this.sourcesOf(level, name);
        const facts = sources.map((file) => this.fact(file));
        const truth = this.make(level, name);
        const fill = async () => {
          this.fills++;
          return truth;
        };
        this.reads++;
        const { data, attributes } = await cache.getOrFill(level, sources[0]!, fill, { sources: facts });
        expect(Buffer.from(data).toString()).toBe(Buffer.from(truth.data).toString());
        expect(attributes).toEqual(truth.attributes);
      }
    }
  }

  private sourcesOf(level: string, name: string): string[] {
    return level === 'image' ? [this.images.get(name)!] : [this.images.get(name)!, `${name}.txt`];
  }

  private make(level: string, name: string): CacheEntry {
    const text = JSON.stringify([
      level,
      this.settings,
      this.sourcesOf(level, name).map((file) => this.read(file)),
    ]);
    const data = new Uint8Array(Buffer.from(text));
    return { dtype: 'uint8', shape: [data.length], data, attributes: { size: this.settings.size } };
  }

  private fact(file: string) {
    return sourceFact(join(this.folder, file), this.mode);
  }

  private read(file: string): string {
    return fs.readFileSync(join(this.folder, file), 'utf8').trim();
  }

  /** Always of one size, at a later time than ever before. */
  private write(file: string, text: string): void {
    fs.writeFileSync(join(this.folder, file), text.padEnd(CONTENT_BYTES));
    fs.utimesSync(join(this.folder, file), this.clock, this.clock++);
  }
}

const step = fc.record({
  edit: fc.constantFrom(...edits),
  name: fc.constantFrom(...NAMES),
  value: fc.nat(99_999),
});

it(
  `no sample is stale after any of ${SEQUENCES} sequences of edits`,
  async () => {
    let reads = 0;
    let fills = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('stat' as const, 'content' as const),
        async (steps, mode) => {
          const folder = fs.mkdtempSync(join(tmpdir(), 'edits-'));
          try {
            const project = new Project(folder, mode);
            await project.check();
            for (const { edit, name, value } of steps) {
              project.apply(edit, name, value);
              await project.check();
            }
            reads += project.reads;
            fills += project.fills;
          } finally {
            await fs.promises.rm(folder, { recursive: true, maxRetries: 5 });
          }
        },
      ),
      { numRuns: SEQUENCES },
    );
    expect(fills, 'a cache that always computes would pass the rest').toBeLessThan(0.8 * reads);
  },
  TIMEOUT_MS,
);
