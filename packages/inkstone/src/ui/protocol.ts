/** What the server tells the page about runs. Types that both sides compile: nothing is imported here. */

/** A run in the list. Times are milliseconds since 1970. */
export interface RunRow {
  readonly name: string;
  readonly state: 'running' | 'finished' | 'stopped' | 'interrupted' | 'killed' | 'failed';
  /** The last that was logged. */
  readonly step: number;
  readonly epoch: number | null;
  /** The CLEval H-mean of the best checkpoint. */
  readonly best: number | null;
  readonly bestStep: number | null;
  readonly startedAt: number | null;
  /** When it last wrote a figure. */
  readonly changedAt: number | null;
  /** Its process runs on the server's machine, and can be told to stop. */
  readonly isHere: boolean;
}

/** What has changed in the list: rows that are new or other than before, and names of runs that are gone. */
export interface RunsEvent {
  readonly rows: readonly RunRow[];
  readonly gone: readonly string[];
}

/** A line of `metrics.jsonl` or `system.jsonl`. */
export interface FiguresRow {
  readonly step: number;
  readonly [name: string]: number | null;
}

/** New lines of one run's file. */
export interface FiguresEvent {
  readonly run: string;
  readonly source: 'metrics' | 'system';
  /** What came before of this file no longer counts. */
  readonly isNew: boolean;
  readonly rows: readonly FiguresRow[];
}

/** One run, as far as it does not change by the second. */
export interface RunDetails {
  readonly row: RunRow;
  /** As `config.yaml` has it. */
  readonly config: Tree;
  /** `summary.json`; null before it is written. */
  readonly summary: Tree | null;
  /** File names of pictures of what was found. */
  readonly overlays: readonly string[];
}

export interface Tree {
  readonly [key: string]: unknown;
}
