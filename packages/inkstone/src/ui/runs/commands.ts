/** Starts, stops and resumes runs as the command line does: each is a process of its own, which outlives the page. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InputError, systemReason } from '../../system/index.js';
import type { RunsFolder } from './runs-folder.js';

/** Beside `dist/` and `src/`. */
const PROGRAM = fileURLToPath(new URL('../../../bin/inkstone.js', import.meta.url));
const LOOK_MILLISECONDS = 200;

export class RunCommands {
  readonly #runs: RunsFolder;
  /** Who was told to stop: a second signal would end it at once. */
  readonly #told = new Set<string>();

  constructor(runs: RunsFolder) {
    this.#runs = runs;
  }

  /**
   * Trains with the overrides that somebody has typed. Returns the run's name as soon as it is there.
   *
   * @throws InputError with what the command said, when it ends before that
   */
  async start(overrides: readonly string[]): Promise<string | undefined> {
    const place = `runs_dir=${JSON.stringify(this.#runs.path)}`;
    return this.#launch(['train', '--', ...overrides, place]);
  }

  /** @throws InputError as `start` */
  async resume(folder: string): Promise<string | undefined> {
    return this.#launch(['resume', '--', folder]);
  }

  /**
   * Ends the run after the step at work, with a checkpoint.
   *
   * @throws InputError when no process of this machine trains there, or when it was told already
   */
  stop(name: string): void {
    const holder = this.#runs.holderOf(name);
    if (!holder?.isAlive) throw new InputError(`${name} is not running`);
    const { pid, started, host } = holder.process;
    if (!holder.isHere) throw new InputError(`${name} runs on ${host}; stop it there, with kill -INT ${pid}`);
    const who = `${pid} ${started}`;
    if (this.#told.has(who)) throw new InputError(`${name} is stopping: it finishes its step and saves`);
    try {
      process.kill(pid, 'SIGINT');
    } catch (error) {
      // It has just ended, or is another user's.
      throw new InputError(`process ${pid} of ${name} cannot be told to stop: ${systemReason(error)}`);
    }
    this.#told.add(who);
  }

  /** A lock that was left behind may name the same number. */
  #isAt(run: string, pid: number | undefined): boolean {
    const holder = this.#runs.holderOf(run);
    return holder?.isAlive === true && holder.isHere && holder.process.pid === pid;
  }

  async #launch(args: readonly string[]): Promise<string | undefined> {
    const folder = mkdtempSync(join(tmpdir(), 'inkstone-ui-'));
    const output = join(folder, 'output');
    const descriptor = openSync(output, 'w');
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      detached: true,
      stdio: ['ignore', descriptor, descriptor],
    });
    closeSync(descriptor);
    child.unref();
    const failed = new Promise<Error>((resolve) => child.once('error', resolve));
    // The process goes on to write into a file that has no name any more, and that goes with it.
    const forget = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', forget);
    try {
      for (;;) {
        // A page that is ended meanwhile does not wait for it.
        const error = await Promise.race([failed, setTimeout(LOOK_MILLISECONDS, undefined, { ref: false })]);
        if (error !== undefined) throw error;
        const name = this.#runs.names().find((run) => this.#isAt(run, child.pid));
        if (name !== undefined || child.exitCode === 0) return name;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new InputError(complaint(readFileSync(output, 'utf8')));
        }
      }
    } finally {
      process.off('exit', forget);
      forget();
    }
  }
}

/** What the command said was wrong. */
function complaint(output: string): string {
  const at = output.lastIndexOf('error: ');
  const text = at < 0 ? output : output.slice(at + 'error: '.length);
  return text.trim() || 'the command ended without a word';
}
