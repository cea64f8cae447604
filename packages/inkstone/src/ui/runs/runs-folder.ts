/** The folder of runs as the page shows it. Whoever trains there is not asked: all is read from files. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readConfigFile } from '../../config/index.js';
import {
  BEFORE_AFTER,
  CHECKPOINTS,
  CONFIG,
  FAILURE,
  IMAGES,
  NUMERICS,
  OVERLAYS,
  type RunHolder,
  readImageRows,
  readSummary,
  runHolder,
  runState,
  type SavedSummary,
  SUMMARY,
} from '../../runs/index.js';
import {
  beforeAfterNotes,
  beforeAfterTable,
  type Numerics,
  readBeforeAfter,
  readNumerics,
} from '../../studies/index.js';
import { lastRow, METRICS_FILE } from '../../tracking/index.js';
import { readBest } from '../../training/index.js';
import { type FoundFile, fileIn, pathInside, statOf } from '../folders.js';
import type { BeforeAfterView, ImageResults, RunDetails, RunRow, Tree } from '../protocol.js';
import { FileMemory } from './file-memory.js';

const H_MEAN = 'val/hmean';
/** Where `inkstone validate-precision` trains: `<exp_name>-precision/runs`. */
const STUDY = '-precision';
const TRIALS = 'runs';

/** How a run of a precision study is named here. */
export const trialName = (study: string, run: string): string => `${study}/${TRIALS}/${run}`;

interface FoundSummary {
  readonly file: FoundFile;
  readonly value: SavedSummary;
}

export class RunsFolder {
  readonly #lastRows = new FileMemory(lastRow);
  readonly #summaries = new FileMemory(readSummary);
  readonly #bests = new FileMemory((file) => readBest(dirname(file)));

  readonly #comparisons = new FileMemory(readBeforeAfter);

  constructor(readonly path: string) {}

  /** Names of all runs. */
  names(): string[] {
    let names: string[];
    try {
      names = readdirSync(this.path);
    } catch {
      // Before the first run there is no such folder.
      return [];
    }
    const studies = names.filter((name) => name.endsWith(STUDY) && this.#isFolder(name));
    const trials = studies.flatMap((study) => this.#trialsOf(study));
    return [...names, ...trials].filter((name) => this.folderOf(name) !== undefined);
  }

  /**
   * Undefined for what is no run, or lies neither in the folder of runs nor among those of a precision study, which are named
   * `NAME-precision/runs/RUN`. Links are not followed.
   */
  folderOf(name: string): string | undefined {
    const parts = name.split('/');
    const isTrial = parts.length === 3 && parts[0]!.endsWith(STUDY) && parts[1] === TRIALS;
    if (parts.length !== 1 && !isTrial) return undefined;
    if (parts.some((part) => part === '' || part === '.' || part === '..' || basename(part) !== part)) {
      return undefined;
    }
    if (!parts.every((_, index) => this.#isFolder(...parts.slice(0, index + 1)))) return undefined;
    const folder = join(this.path, name);
    return fileIn(folder, CONFIG) ? folder : undefined;
  }

  #isFolder(...names: readonly string[]): boolean {
    return statOf(join(this.path, ...names))?.isDirectory() === true;
  }

  #trialsOf(study: string): string[] {
    if (!this.#isFolder(study, TRIALS)) return [];
    return readdirSync(join(this.path, study, TRIALS)).map((run) => trialName(study, run));
  }

  holderOf(name: string): RunHolder | undefined {
    const folder = this.folderOf(name);
    return folder === undefined ? undefined : holderIn(folder);
  }

  row(name: string): RunRow | undefined {
    const folder = this.folderOf(name);
    if (folder === undefined) return undefined;
    const metrics = fileIn(folder, METRICS_FILE);
    const summary = this.#summaryIn(folder);
    const last = metrics && this.#lastRows.get(metrics);
    const step = last?.step ?? summary?.value.steps ?? 0;
    const best = this.#bestIn(folder, summary);
    const holder = holderIn(folder);
    const startedAt = statOf(folder)?.birthtimeMs || null;
    const changedAt = (metrics?.stats ?? summary?.file.stats)?.mtimeMs ?? null;
    return {
      name,
      state: runState(holder, summary?.value, step),
      step,
      epoch: last?.epoch ?? summary?.value.epochs ?? null,
      best: best?.metrics[H_MEAN] ?? null,
      bestStep: best?.step ?? null,
      startedAt,
      changedAt,
      isHere: holder?.isHere ?? false,
    };
  }

  details(name: string): RunDetails | undefined {
    const folder = this.folderOf(name);
    const row = this.row(name);
    if (folder === undefined || row === undefined) return undefined;
    const summary = fileIn(folder, SUMMARY);
    const failure = row.state === 'failed' ? fileIn(folder, FAILURE) : undefined;
    return {
      row,
      config: readConfigFile(join(folder, CONFIG)).content,
      summary: summary === undefined ? null : (readSummary(summary.path) as Tree),
      failure: failure === undefined ? null : readFileSync(failure.path, 'utf8').trim(),
      overlays: picturesIn(join(folder, OVERLAYS)),
      beforeAfter: this.#beforeAfterIn(folder),
      hasNumerics: fileIn(folder, NUMERICS) !== undefined,
    };
  }

  /** How the images of its last validation came out; null before the first. Undefined for what is no run. */
  images(name: string): ImageResults | null | undefined {
    const folder = this.folderOf(name);
    if (folder === undefined) return undefined;
    const file = fileIn(folder, IMAGES);
    return file === undefined ? null : readImageRows(file.path);
  }

  /** What `inkstone numerics` said of it last; null before that. Undefined for what is no run. */
  numerics(name: string): Numerics | null | undefined {
    const folder = this.folderOf(name);
    if (folder === undefined) return undefined;
    const file = fileIn(folder, NUMERICS);
    return file === undefined ? null : readNumerics(file.path);
  }

  /** The bytes of one of a run's pictures. */
  overlay(name: string, picture: string): Buffer | undefined {
    const folder = this.folderOf(name);
    const file = folder && picture.endsWith('.png') && pathInside(join(folder, OVERLAYS), picture);
    return file ? readFileSync(file) : undefined;
  }

  #summaryIn(folder: string): FoundSummary | undefined {
    const file = fileIn(folder, SUMMARY);
    const value = file && this.#summaries.get(file);
    return file && value && { file, value };
  }

  #beforeAfterIn(folder: string): BeforeAfterView | null {
    const file = fileIn(folder, BEFORE_AFTER);
    const compared = file && this.#comparisons.get(file);
    if (compared === undefined) return null;
    const table = { title: 'Before and after training', ...beforeAfterTable(compared) };
    return { table, notes: beforeAfterNotes(compared) };
  }

  /** The summary's, unless the run has gone on since and found a better one. */
  #bestIn(folder: string, summary: FoundSummary | undefined) {
    const file = fileIn(join(folder, CHECKPOINTS), 'best.json');
    if (file === undefined || (summary && file.stats.mtimeMs <= summary.file.stats.mtimeMs)) {
      return summary?.value.best;
    }
    return this.#bests.get(file);
  }
}

/** Undefined also when the folder is just being moved away. */
function holderIn(folder: string): RunHolder | undefined {
  try {
    return runHolder(folder);
  } catch {
    return undefined;
  }
}

function picturesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.png'));
  } catch {
    return [];
  }
}
