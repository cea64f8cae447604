import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Logger, LoggerRecord, Metrics, RunEnd } from './logger.js';
import { readRecords, WandbLog } from './wandb-log.js';
import { decodeRecord, encodeRecord, item, type WandbRecord } from './wandb-record.js';

/** What W&B calls the folder of an offline run: when it began, and the run's name. */
const RUN_FOLDER = /^offline-run-\d{8}_\d{6}-(\w+)$/;

/**
 * An offline run of Weights & Biases in `wandb/`, which `wandb sync` uploads. A resumed run goes on in its file, and under its
 * name. Nothing is sent from here.
 */
export class WandbLogger implements Logger {
  readonly #name: string;
  readonly #now: () => number;
  readonly #log: WandbLog;
  readonly #runId: string;
  #count: number;
  #began: number;

  constructor(folder: string, now: () => number = Date.now) {
    this.#name = basename(folder);
    this.#now = now;
    const start = now();
    const parent = join(folder, 'wandb');
    const names = existsSync(parent) ? readdirSync(parent) : [];
    // W&B leaves files beside a run that it has synced, which may outlive it.
    const found = names.filter((name) => RUN_FOLDER.test(name) && existsSync(fileIn(parent, name)));
    const name = found.sort().at(-1) ?? `offline-run-${timeOfDay(start)}-${randomBytes(4).toString('hex')}`;
    this.#runId = idOf(name);
    mkdirSync(join(parent, name), { recursive: true });
    const file = fileIn(parent, name);
    this.#log = new WandbLog(file);
    const earlier = recordsIn(file);
    this.#count = earlier.length;
    const begun = earlier.find(({ run }) => run !== undefined)?.run?.start_time;
    this.#began = begun === undefined ? start : begun.seconds * 1000 + begun.nanos / 1e6;
  }

  /** A run that goes on has said what it is, and says only its settings anew. */
  logHyperparameters(config: unknown): void {
    const update = Object.entries(config as object).map(([key, value]) => item(key, value));
    if (this.#count > 0) {
      this.#write({ config: { update } });
      return;
    }
    const milliseconds = this.#began;
    this.#write({
      run: {
        run_id: this.#runId,
        project: process.env.WANDB_PROJECT ?? 'inkstone',
        display_name: this.#name,
        host: hostname(),
        config: { update },
        start_time: { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1e6 },
      },
    });
  }

  logMetrics(step: number, metrics: Metrics): void {
    const values = Object.entries(metrics).map(([name, value]) => item(name, value));
    const now = this.#now();
    const clock = [item('_timestamp', now / 1000), item('_runtime', (now - this.#began) / 1000)];
    this.#write({ history: { item: [...values, ...clock, item('_step', step)], step: { num: step } } });
    this.#write({ summary: { update: [...values, item('_step', step)] } });
  }

  /** Also takes back how the run ended last time. */
  rewind(step: number): void {
    const { file } = this.#log;
    const records = readRecords(file);
    const later = recordsIn(file).findIndex(
      ({ history, exit }) => exit !== undefined || (history !== undefined && history.step.num >= step),
    );
    if (later < 0) return;
    this.#log.cut(records[later - 1]?.end ?? 0);
    this.#count = later;
  }

  close(end: RunEnd): void {
    try {
      const runtime = Math.round((this.#now() - this.#began) / 1000);
      this.#write({ exit: { exit_code: end === 'failed' ? 1 : 0, runtime } });
      this.#write({ final: {} });
    } finally {
      this.#log.close();
    }
  }

  #write(record: Omit<WandbRecord, 'num'>): void {
    this.#log.append(encodeRecord({ num: this.#count + 1, ...record }));
    this.#count += 1;
  }
}

export const wandb = {
  name: 'wandb',
  schema: z
    .boolean()
    .default(false)
    .describe('Writes an offline run of Weights & Biases into wandb/; wandb sync uploads it.'),
  create: ({ folder }) => new WandbLogger(folder),
} as const satisfies LoggerRecord;

const idOf = (name: string): string => RUN_FOLDER.exec(name)?.[1] as string;

const fileIn = (parent: string, name: string): string => join(parent, name, `run-${idOf(name)}.wandb`);

const recordsIn = (file: string): WandbRecord[] => readRecords(file).map(({ data }) => decodeRecord(data));

/** `20261126_161500`, as W&B dates its folders. */
function timeOfDay(milliseconds: number): string {
  const [day = '', time = ''] = new Date(milliseconds).toISOString().split('T');
  return `${day.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}`;
}
