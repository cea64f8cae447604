/**
 * Ranks that share the batches of every step, and end it with the same weights as one process that has them all. A step's
 * batches are dealt out in runs of a power of two, so that each rank adds up whole subtrees of the gradient's sum; then each
 * adds up one part of the vector over all ranks, in the same order, and hands it round. That moves as many bytes as any
 * sum over ranks must, with two messages between each two of them.
 */
import type { Losses } from '../amp/index.js';
import type { Group } from '../distributed/index.js';
import { BatchStatistics } from '../nn/index.js';
import { InputError } from '../system/index.js';
import { backend, persistent, Tensor, tidy } from '../tensor/index.js';
import { TreeSum } from './tree-sum.js';
import type { Updater } from './updater.js';
import { fromWire, toWire, type Wire } from './wire.js';

/** A batch that went forward and backward: its place in the epoch, and its losses. */
export interface TrainedBatch<Value> {
  readonly batch: number;
  readonly losses: Losses<Value>;
}

/** What a rank tells another at the end of a step. */
interface StepShare {
  readonly isInterrupted: boolean;
  readonly batches: readonly (TrainedBatch<number> & { readonly statistics: Float32Array })[];
  /** Which parameters the losses reached, and the receiver's part of the gradients; undefined of no batches. */
  readonly gradients:
    | { readonly reached: readonly boolean[]; readonly part: Float32Array | Uint16Array }
    | undefined;
}

export interface StepEnd {
  /** Those of all ranks, in order. */
  readonly batches: TrainedBatch<Tensor>[];
  /** A rank was asked to end the run. */
  readonly isInterrupted: boolean;
}

export class Team {
  readonly #statistics: BatchStatistics;
  /** Of this rank's batches in the step, in order. */
  #seen: Float32Array[] = [];

  constructor(
    readonly group: Group,
    readonly updater: Updater,
    readonly batchesPerStep: number,
    readonly wire: Wire = 'fp32',
  ) {
    refuseUneven(group.size, batchesPerStep);
    this.#statistics = new BatchStatistics(updater.parts.module);
  }

  /** The one that writes and shows. */
  get isLead(): boolean {
    return this.group.rank === 0;
  }

  /** Whether batch number `place` of a step is this rank's. */
  owns(place: number): boolean {
    return Math.floor(place / (this.batchesPerStep / this.group.size)) === this.group.rank;
  }

  /** After a batch of this rank went forward. */
  noteBatch(): void {
    this.#seen.push(this.#statistics.read());
  }

  /** Brings this rank to where one that had trained all batches of the step would be, up to the update. */
  async endStep(own: readonly TrainedBatch<Tensor>[], isInterrupted: boolean): Promise<StepEnd> {
    const { group, updater, wire } = this;
    const sum = updater.gradients.take();
    const batches = own.map(({ batch, losses }, index) => ({
      batch,
      losses: takeNumbers(losses),
      statistics: this.#seen[index]!,
    }));
    this.#seen = [];
    const told = await group.exchange<StepShare>((rank) => ({
      isInterrupted,
      batches,
      gradients: sum && { reached: sum.reached, part: toWire(partOf(sum.values, rank, group.size), wire) },
    }));
    const reached = told.find(({ gradients }) => gradients !== undefined)?.gradients?.reached;
    if (reached !== undefined) {
      const part = addUp(told.map(({ gradients }) => gradients && fromWire(gradients.part)));
      const parts = await group.exchange(() => toWire(part, wire));
      updater.gradients.put({ reached, values: joined(parts.map(fromWire)) });
    }
    const all = told.flatMap((share) => share.batches);
    for (const { statistics } of all) this.#statistics.takeIn(statistics);
    return {
      batches: all.map(({ batch, losses }) => ({ batch, losses: mapped(losses, toScalar) })),
      isInterrupted: told.some((share) => share.isInterrupted),
    };
  }

  dispose(): void {
    this.#statistics.dispose();
  }
}

/** @throws InputError for ranks that cannot have the same number of batches, each a whole subtree of their sum */
export function refuseUneven(ranks: number, batchesPerStep: number): void {
  const fits = (count: number) => Number.isInteger(Math.log2(batchesPerStep / count));
  if (fits(ranks)) return;
  const others = Array.from({ length: batchesPerStep }, (_, index) => index + 1).filter(fits);
  throw new InputError(
    `${ranks} ranks cannot share the ${batchesPerStep} batches of a step (trainer.accumulate_grad_batches): ` +
      `${others.join(', ')} could. For ${ranks} ranks set it to ${ranks}, ${2 * ranks}, ${4 * ranks}, …; ` +
      'batch_size times it is what a step sees',
  );
}

function partOf(values: Float32Array, rank: number, ranks: number): Float32Array {
  const start = (index: number) => Math.floor((values.length * index) / ranks);
  return values.subarray(start(rank), start(rank + 1));
}

/** One part over all ranks, in the order of the tree of which each has a subtree. */
function addUp(parts: readonly (Float32Array | undefined)[]): Float32Array {
  return tidy(() => {
    const sum = new TreeSum<Tensor>((left, right) => {
      backend().addInto(left.storage, right.storage);
      return left;
    });
    for (const [rank, part] of parts.entries()) {
      if (part !== undefined) sum.add(rank, Tensor.from(part, [part.length]));
    }
    return Float32Array.from(sum.finish()?.read() ?? []);
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

const mapped = <From, To>(losses: Losses<From>, map: (value: From) => To): Losses<To> =>
  Object.fromEntries(Object.entries(losses).map(([name, value]) => [name, map(value)]));

/** The values of scalars that nobody needs any more; one may stand there under two names. */
function takeNumbers(losses: Losses<Tensor>): Losses<number> {
  const numbers = mapped(losses, (scalar) => scalar.item());
  for (const scalar of Object.values(losses)) scalar.dispose();
  return numbers;
}

const toScalar = (value: number): Tensor => persistent(() => Tensor.scalar(value));
