/** The folder of runs as the page shows it. Whoever trains there is not asked: all is read from files. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readConfigFile } from '../../config/index.js';
import {
  CHECKPOINTS,
  CONFIG,
  OVERLAYS,
  type RunHolder,
  readSummary,
  runHolder,
  runState,
  type SavedSummary,
  SUMMARY,
} from '../../runs/index.js';
import { lastRow, METRICS_FILE } from '../../tracking/index.js';
import { readBest } from '../../training/index.js';
import { type FoundFile, fileIn, pathInside, statOf } from '../folders.js';
import type { RunDetails, RunRow, Tree } from '../protocol.js';
import { FileMemory } from './file-memory.js';

const H_MEAN = 'val/hmean';

interface FoundSummary {
  readonly file: FoundFile;
  readonly value: SavedSummary;
}

export class RunsFolder {
  readonly #lastRows = new FileMemory(lastRow);
  readonly #summaries = new FileMemory(readSummary);
  readonly #bests = new FileMemory((file) => readBest(dirname(file)));

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
    return names.filter((name) => this.folderOf(name) !== undefined);
  }

  /** Undefined for what is no run, or is not in the folder of runs itself: links are not followed. */
  folderOf(name: string): string | undefined {
    if (name === '' || basename(name) !== name) return undefined;
    const folder = join(this.path, name);
    return statOf(folder)?.isDirectory() && fileIn(folder, CONFIG) ? folder : undefined;
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
    return {
      row,
      config: readConfigFile(join(folder, CONFIG)).content,
      summary: summary === undefined ? null : (readSummary(summary.path) as Tree),
      overlays: picturesIn(join(folder, OVERLAYS)),
    };
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
