/** Where the time of a training step goes, layer by layer, and how near each kernel comes to what the machine can do. */
import {
  type Backend,
  backend,
  type KernelCall,
  type Operation,
  PRODUCTS_PER_ROUND,
  setBackend,
  timedBackend,
} from '../../tensor/index.js';
import { isLoss, moduleOf } from '../layer.js';
import { NONE, type Table } from '../table.js';
import { createStep, type Phase, type StepOptions, type StepWatcher } from './step.js';

/** What the machine does at most, measured in this process. */
export interface Peaks {
  /** Multiply-adds in fp32 on registers, each two operations. */
  readonly operationsPerSecond: number;
  /** The same of bfloat16 with fp32 sums. */
  readonly halfOperationsPerSecond: number;
  /** Read and written by a copy that no cache holds. */
  readonly bytesPerSecond: number;
}

/** One kernel in one layer and direction, a step. */
export interface ProfileRow extends Omit<KernelCall, 'kernel'> {
  readonly layer: string;
  readonly phase: Phase;
  readonly kernel: string;
  readonly calls: number;
}

export interface Profile {
  readonly peaks: Peaks;
  /** Of a step without the clocks; what no kernel takes of it is JavaScript's. */
  readonly stepSeconds: number;
  /** The slowest first. */
  readonly rows: readonly ProfileRow[];
}

/** Sums kernel calls by where in the step they happen. */
class Clock implements StepWatcher {
  readonly rows = new Map<string, ProfileRow>();
  #phase: Phase = 'forward';
  #layer = 'input';
  /** Forward, a kernel runs before the tape is told of the operation. */
  #waiting: KernelCall[] = [];
  readonly #layers = new Map<Operation, string>();

  onPhase(phase: Phase): void {
    this.#settle();
    this.#phase = phase;
    this.#layer = phase === 'forward' ? 'input' : phase;
    if (phase === 'forward') this.#layers.clear();
  }

  onForward(operation: Operation): void {
    this.#layer = isLoss(operation) ? 'loss' : (moduleOf(operation) ?? this.#layer);
    this.#layers.set(operation, this.#layer);
    this.#settle();
  }

  onBackward(operation: Operation): void {
    this.#settle();
    this.#layer = this.#layers.get(operation) ?? this.#layer;
  }

  readonly onCall = (call: KernelCall): void => {
    this.#waiting.push(call);
  };

  #settle(): void {
    for (const call of this.#waiting) this.#add(call);
    this.#waiting = [];
  }

  #add({ kernel, seconds, bytes, operations, half }: KernelCall): void {
    const [layer, phase] = [this.#layer, this.#phase];
    const key = `${layer} ${phase} ${kernel}`;
    const sum = this.rows.get(key);
    this.rows.set(key, {
      ...{ layer, phase, kernel, half },
      calls: (sum?.calls ?? 0) + 1,
      seconds: (sum?.seconds ?? 0) + seconds,
      bytes: (sum?.bytes ?? 0) + bytes,
      operations: (sum?.operations ?? 0) + operations,
    });
  }
}

export function profileStep(options: StepOptions): Profile {
  const plain = backend();
  const peaks = measurePeaks(plain);
  const clock = new Clock();
  try {
    setBackend(timedBackend(plain, clock.onCall));
    const watched = createStep(options, clock);
    watched();
    clock.rows.clear();
    for (let step = 0; step < options.steps; step++) watched();
  } finally {
    setBackend(plain);
  }
  const rows = [...clock.rows.values()].map((row) => ({
    ...row,
    calls: row.calls / options.steps,
    seconds: row.seconds / options.steps,
    bytes: row.bytes / options.steps,
    operations: row.operations / options.steps,
  }));
  rows.sort((one, other) => other.seconds - one.seconds);
  return { peaks, stepSeconds: timePlainStep(options), rows };
}

function timePlainStep(options: StepOptions): number {
  const step = createStep(options);
  step();
  return fastest(options.steps, step);
}

/** Seconds of the fastest of several runs: what disturbs a run only makes it slower. */
function fastest(runs: number, body: () => void): number {
  const seconds = Array.from({ length: runs }, () => {
    const start = performance.now();
    body();
    return (performance.now() - start) / 1000;
  });
  return Math.min(...seconds);
}

const PEAK_RUNS = 7;
/** A few hundred million operations, some milliseconds: enough for all threads to be at work nearly all of the time. */
const PROBE_LENGTH = 192 * 64;
const PROBE_ROUNDS = 20_000;
const HALF_PROBE_ROUNDS = 4_000;
/** 128 MB: more than the last cache of most processors. */
const COPY_LENGTH = 2 ** 25;

function measurePeaks(kernels: Backend): Peaks {
  const probe = kernels.alloc('float32', PROBE_LENGTH);
  const [source, target] = [kernels.alloc('float32', COPY_LENGTH), kernels.alloc('float32', COPY_LENGTH)];
  try {
    kernels.fill(probe, 1);
    kernels.fill(source, 1);
    const arithmetic = fastest(PEAK_RUNS, () => kernels.multiplyAdd(probe, 0.5, 0.5, PROBE_ROUNDS));
    const half = fastest(PEAK_RUNS, () => kernels.addProducts(probe, 0.5, 0.5, HALF_PROBE_ROUNDS));
    const copy = fastest(PEAK_RUNS, () => kernels.cast(source, target));
    return {
      operationsPerSecond: (2 * PROBE_LENGTH * PROBE_ROUNDS) / arithmetic,
      halfOperationsPerSecond: (2 * PROBE_LENGTH * HALF_PROBE_ROUNDS * PRODUCTS_PER_ROUND) / half,
      bytesPerSecond: (2 * Float32Array.BYTES_PER_ELEMENT * COPY_LENGTH) / copy,
    };
  } finally {
    for (const storage of [probe, source, target]) kernels.free(storage);
    kernels.trimMemory();
  }
}

const HEADER = [
  'layer',
  'direction',
  'kernel',
  'calls',
  'ms',
  'of step',
  'MB',
  'GFLOP',
  'of peak',
  'of memory',
];

/**
 * A row a kernel, layer and direction; the last one is what is left of the step. A kernel is near the machine's limit when one of its two
 * shares is near 100 %. The peak is that of bfloat16 for products of bfloat16 and that of fp32 for all others. Winograd's form can pass it, because
 * it needs fewer operations than the definition that is counted here.
 */
export function profileTable({ peaks, stepSeconds, rows }: Profile): Table {
  const inKernels = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  const cells = ({ layer, phase, kernel, calls, seconds, bytes, operations, half }: ProfileRow): string[] => [
    layer,
    phase,
    kernel,
    String(calls),
    (1000 * seconds).toFixed(2),
    percent(seconds / stepSeconds),
    (bytes / 1e6).toFixed(1),
    operations === 0 ? NONE : (operations / 1e9).toFixed(2),
    operations === 0
      ? NONE
      : percent(operations / seconds / (half ? peaks.halfOperationsPerSecond : peaks.operationsPerSecond)),
    percent(bytes / seconds / peaks.bytesPerSecond),
  ];
  const rest = Math.max(0, stepSeconds - inKernels);
  const nothing = [NONE, NONE, NONE, NONE];
  return {
    header: HEADER,
    rows: [
      ...rows.map(cells),
      [
        'between kernels',
        NONE,
        NONE,
        NONE,
        (1000 * rest).toFixed(2),
        percent(rest / stepSeconds),
        ...nothing,
      ],
    ],
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
