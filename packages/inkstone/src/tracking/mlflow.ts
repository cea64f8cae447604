import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { readJson, writeAtomically } from '../system/index.js';
import { jsonNumber, type Logger, type LoggerRecord, type Metrics, type RunEnd } from './logger.js';
import type { Losses } from './losses.js';
import {
  MlflowError,
  type MlflowMetric,
  type MlflowParam,
  MlflowServer,
  type RunStatus,
} from './mlflow-server.js';

/** Which run of the server this is, so that a resumed one goes on in it. */
export const MLFLOW_FILE = 'mlflow.json';
const savedSchema = z.object({ run_id: z.string().min(1) });

/** Logged steps that wait for the server. More of them would fill the memory of a run whose server is gone. */
const MOST_WAITING = 2000;
/** What a server takes at once (mlflow/utils/validation.py). */
const MOST_METRICS = 1000;
const MOST_PARAMS = 100;
const LONGEST_VALUE = 500;
const LONGEST_PAUSE = 60_000;

const STATUS = { finished: 'FINISHED', interrupted: 'KILLED', failed: 'FAILED' } as const satisfies Record<
  RunEnd,
  RunStatus
>;

export interface MlflowTimes {
  now(): number;
  /** Until a request that failed is made again; doubled each time. Milliseconds, as below. */
  readonly firstPause: number;
  /** How long the end of a run waits for the server. */
  readonly lastWait: number;
}

const TIMES: MlflowTimes = { now: Date.now, firstPause: 1000, lastWait: 20_000 };

/**
 * A run on an MLflow server. What is logged waits in a queue and is sent while training goes on, so that a server that is slow or
 * away costs nothing; when it is away for too long, the oldest steps are dropped. A resumed run sends only what is new.
 */
export class MlflowLogger implements Logger {
  readonly #server: MlflowServer;
  readonly #folder: string;
  readonly #losses: Losses;
  readonly #times: MlflowTimes;
  #params: MlflowParam[] = [];
  #waiting: { readonly step: number; readonly metrics: readonly MlflowMetric[] }[] = [];
  #runId: string | undefined;
  /** The last step that the server had when this process began. */
  #lastStep = -1;
  #sending: Promise<void> | undefined;
  readonly #closing = new AbortController();
  /** Nothing more is sent: the server refused, or the run is over. */
  #isDone = false;

  constructor(server: MlflowServer, folder: string, losses: Losses, times: MlflowTimes = TIMES) {
    this.#server = server;
    this.#folder = folder;
    this.#losses = losses;
    this.#times = times;
  }

  logHyperparameters(config: unknown): void {
    this.#params = paramsOf(config);
    this.#wake();
  }

  logMetrics(step: number, metrics: Metrics): void {
    const timestamp = this.#times.now();
    const logged = Object.entries(metrics).map(([name, value]) => ({
      key: allowed(name),
      value: jsonNumber(value),
      timestamp,
      step,
    }));
    this.#waiting.push({ step, metrics: logged });
    if (this.#isDone || this.#waiting.length > MOST_WAITING) this.#drop(1);
    this.#wake();
  }

  /** Waits for the server, but not for long. */
  async close(end: RunEnd): Promise<void> {
    this.#closing.abort();
    const timer = new AbortController();
    const tooLong = pause(this.#times.lastWait, 'too long', { signal: timer.signal }).catch(() => {});
    if ((await Promise.race([this.#finish(end), tooLong])) === 'too long') {
      this.#failed(this.#server.silence(this.#times.lastWait));
    }
    timer.abort();
    this.#isDone = true;
    this.#server.stop();
    this.#drop(this.#waiting.length);
  }

  #wake(): void {
    if (this.#isDone) return;
    this.#sending ??= this.#sendWaiting().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendWaiting(): Promise<void> {
    for (
      let milliseconds = this.#times.firstPause;
      ;
      milliseconds = Math.min(2 * milliseconds, LONGEST_PAUSE)
    ) {
      try {
        return await this.#send();
      } catch (error) {
        this.#failed(error);
        if (this.#isDone || this.#closing.signal.aborted) return;
        await pause(milliseconds, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
      }
    }
  }

  async #finish(end: RunEnd): Promise<void> {
    await this.#sending;
    if (this.#isDone) return;
    try {
      await this.#send();
      if (this.#runId !== undefined)
        await this.#server.updateRun(this.#runId, STATUS[end], this.#times.now());
    } catch (error) {
      this.#failed(error);
    }
  }

  async #send(): Promise<void> {
    this.#runId ??= await this.#open();
    while (this.#params.length > 0) {
      await this.#server.logBatch(this.#runId, { params: this.#params.slice(0, MOST_PARAMS) });
      this.#params = this.#params.slice(MOST_PARAMS);
    }
    while (this.#waiting.length > 0) {
      const rows = this.#nextRows();
      const metrics = rows.filter(({ step }) => step > this.#lastStep).flatMap((row) => row.metrics);
      if (metrics.length > 0) await this.#server.logBatch(this.#runId, { metrics });
      // Some of them may have been dropped meanwhile.
      this.#waiting = this.#waiting.filter((row) => !rows.includes(row));
    }
  }

  /** As many as a request takes, and one at least. */
  #nextRows() {
    let count = 0;
    const end = this.#waiting.findIndex(({ metrics }) => {
      count += metrics.length;
      return count > MOST_METRICS;
    });
    return end < 0 ? [...this.#waiting] : this.#waiting.slice(0, Math.max(1, end));
  }

  async #open(): Promise<string> {
    const file = join(this.#folder, MLFLOW_FILE);
    if (existsSync(file)) {
      const { run_id } = readJson(file, savedSchema, 'move it away, and the run begins anew on the server');
      const { data } = await this.#server.getRun(run_id);
      this.#lastStep = Math.max(-1, ...data.metrics.map(({ step }) => step));
      const known = new Set(data.params.map(({ key }) => key));
      // The server never changes one, and refuses the whole request.
      this.#params = this.#params.filter(({ key }) => !known.has(key));
      await this.#server.updateRun(run_id, 'RUNNING');
      return run_id;
    }
    const experiment = await this.#server.experiment(process.env.MLFLOW_EXPERIMENT_NAME ?? 'inkstone');
    const run = await this.#server.createRun(experiment, basename(this.#folder), this.#times.now());
    writeAtomically(file, `${JSON.stringify({ run_id: run.info.run_id })}\n`);
    return run.info.run_id;
  }

  #failed(error: unknown): void {
    if (this.#isDone) return;
    this.#losses.warn(error);
    if (error instanceof MlflowError && error.isPassing) return;
    this.#isDone = true;
    this.#drop(this.#waiting.length);
  }

  #drop(count: number): void {
    this.#losses.lose(this.#waiting.splice(0, count).length);
  }
}

export const mlflow = {
  name: 'mlflow',
  schema: z
    .boolean()
    .default(false)
    .describe('Sends figures to the MLflow server that MLFLOW_TRACKING_URI names.'),
  create: ({ folder, losses }) => new MlflowLogger(new MlflowServer(), folder, losses),
} as const satisfies LoggerRecord;

/** Every setting by its path. */
function paramsOf(value: unknown, path = ''): MlflowParam[] {
  const isTree = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isTree) return [{ key: allowed(path), value: textOf(value).slice(0, LONGEST_VALUE) }];
  return Object.entries(value).flatMap(([key, part]) => paramsOf(part, path === '' ? key : `${path}.${key}`));
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** Names hold letters, digits and `/_.- `, and nothing else. */
const allowed = (name: string): string => name.replace(/[^\w/.\- ]/g, '_');
