/** What happens to runs, found by looking: a file system does not always say when a file grows. */
import { METRICS_FILE, MetricsTail, SYSTEM_FILE } from '../../tracking/index.js';
import { fileIn } from '../folders.js';
import type { FiguresEvent } from '../protocol.js';
import type { RunsFolder } from './runs-folder.js';

const SOURCES = [
  ['metrics', METRICS_FILE],
  ['system', SYSTEM_FILE],
] as const;

/** What one run has written since the last look. */
export class FiguresWatch {
  readonly #folder: RunsFolder;
  readonly #tails = new Map<string, MetricsTail>();

  constructor(
    folder: RunsFolder,
    readonly run: string,
  ) {
    this.#folder = folder;
  }

  look(): FiguresEvent[] {
    return SOURCES.flatMap(([source, name]) => {
      const { isNew, rows } = this.#tailOf(name)?.read() ?? { isNew: false, rows: [] };
      return isNew || rows.length > 0 ? [{ run: this.run, source, isNew, rows }] : [];
    });
  }

  #tailOf(name: string): MetricsTail | undefined {
    const known = this.#tails.get(name);
    if (known !== undefined) return known;
    const folder = this.#folder.folderOf(this.run);
    const file = folder && fileIn(folder, name);
    if (!file) return undefined;
    const tail = new MetricsTail(file.path);
    this.#tails.set(name, tail);
    return tail;
  }
}
