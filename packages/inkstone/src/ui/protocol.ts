/** What the server tells the page. Types that both sides compile: nothing is imported here. */

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
  /** The error that it ended with; null where it did not. */
  readonly failure: string | null;
  /** File names of pictures of what was found. */
  readonly overlays: readonly string[];
  /** How the detector that it started from compares with what it made of it; null where nothing was compared. */
  readonly beforeAfter: BeforeAfterView | null;
  /** `inkstone numerics` has looked at it. */
  readonly hasNumerics: boolean;
}

export interface BeforeAfterView {
  readonly table: TitledTable;
  /** What the table means, in words. */
  readonly notes: readonly string[];
}

export interface Tree {
  readonly [key: string]: unknown;
}

/** How the images of a run's last validation came out. */
export interface ImageResults {
  /** Of that validation. */
  readonly step: number;
  readonly images: readonly ImageResult[];
}

export interface ImageResult {
  readonly id: string;
  /** CLEval, of this image alone. */
  readonly hmean: number | null;
  readonly texts: number;
  readonly found: number;
  readonly missed: number;
  readonly split: number;
  readonly merged: number;
  readonly invented: number;
  /** File name of the picture that shows it; null for an image that was not drawn. */
  readonly picture: string | null;
}

/** What `inkstone numerics` said of a run. */
export interface NumericsView {
  readonly checkpoint: string;
  readonly batches: number;
  readonly lossScale: number;
  readonly advice: readonly string[];
  readonly layers: readonly NumericsLayer[];
}

/** Shares are of the values that are not zero; null where there are no values. */
export interface NumericsLayer {
  readonly module: string;
  readonly operation: string;
  /** What 16-mixed stores its output in. */
  readonly storedAs: string;
  /** The largest value is 2 to the power of that. */
  readonly largestActivation: number | null;
  readonly activationsOver: number | null;
  readonly activationsUnder: number | null;
  readonly largestGradient: number | null;
  readonly gradientsOver: number | null;
  readonly gradientsUnder: number | null;
  /** Of the gradients' norm. */
  readonly normLost: number | null;
  /** What float16 would lose here; null for nothing that matters. */
  readonly problem: string | null;
}

/** The cache as it lies on the disk. */
export interface CacheView {
  readonly root: string;
  /** False when there is no cache at `root`. */
  readonly exists: boolean;
  readonly entries: number;
  readonly bytes: number;
  /** Days without a read after which an entry is stale. */
  readonly staleAfterDays: number;
  readonly findings: readonly { readonly problem: string; readonly recommendation: string }[];
  /** The server of the shared tier; null where none is named. */
  readonly shared: SharedCache | null;
  readonly namespaces: readonly CacheNamespace[];
}

export type SharedCache =
  | {
      readonly server: string;
      readonly usable: true;
      readonly usedBytes: number;
      /** 0: no bound. */
      readonly maxBytes: number;
      /** What the server does once it is full, by its own name for it. */
      readonly policy: string;
    }
  | { readonly server: string; readonly usable: false; readonly reason: string };

/** What one version of the preparation has made of one data set's split. */
export interface CacheNamespace {
  readonly scope: string;
  readonly version: string;
  readonly fingerprint: string;
  readonly createdAt: string;
  readonly lastOpened: string;
  readonly levels: Readonly<Record<string, { readonly entries: number; readonly bytes: number }>>;
  readonly staleEntries: number;
  /** How the last run did with the shared tier; null without one. */
  readonly lastShared: { readonly server: string; readonly hits: number; readonly stored: number } | null;
  /** Runs that had it open and ended in order, the oldest first. */
  readonly uses: readonly CacheUse[];
}

export interface CacheUse {
  /** When the run ended: milliseconds since 1970. */
  readonly at: number;
  readonly hitRatePercent: number;
  /** Entries that were found damaged and computed again. */
  readonly healed: number;
  /** Why the run could not use what the one before had left. */
  readonly changes: readonly string[];
}

export interface Cleared {
  readonly entries: number;
  readonly bytes: number;
}

export interface Verified {
  readonly entries: number;
  readonly bytes: number;
  readonly corrupt: readonly { readonly path: string; readonly reason: string }[];
  readonly healed: number;
}

/** What a `report.json` of `validate-precision` says in short. */
export interface Verdict {
  readonly study: string;
  readonly candidate: string;
  /** Null for a report that cannot be read, with why in `reason`. */
  readonly verdict: string | null;
  readonly reason: string;
}

export interface TitledTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface PrecisionReport {
  readonly verdict: string;
  readonly reason: string;
  readonly remarks: readonly string[];
  readonly tables: readonly TitledTable[];
  /** Of every trial that still lies here: the names of the baseline's run and of the candidate's. */
  readonly trials: readonly { readonly seed: number; readonly runs: readonly string[] }[];
  /** Of the first trial, by the name of the side. */
  readonly curves: readonly {
    readonly title: string;
    readonly lines: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
  }[];
}
