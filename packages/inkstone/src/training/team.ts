/**
 * Ranks that share the batches of every step, and end it with the same weights as one process that has them all. A step's
 * batches are dealt out in runs of a power of two, so that each rank adds up whole subtrees of the gradient's sum; the rest of
 * it is `GradientExchange`'s.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Losses } from '../amp/index.js';
import { CommonError, type Group } from '../distributed/index.js';
import { BatchStatistics } from '../nn/index.js';
import { type Parameter, persistent, Tensor } from '../tensor/index.js';
import { GradientExchange } from './gradient-exchange.js';
import type { Updater } from './updater.js';
import type { Wire } from './wire.js';

/** A batch that went forward and backward: its place in the epoch, and its losses. */
export interface TrainedBatch<Value> {
  readonly batch: number;
  readonly losses: Losses<Value>;
}

/** What a rank tells another at the end of a step. */
interface StepShare {
  readonly isInterrupted: boolean;
  readonly batches: readonly (TrainedBatch<number> & { readonly statistics: Float32Array })[];
}

export interface StepEnd {
  /** Those of all ranks, in order. */
  readonly batches: TrainedBatch<Tensor>[];
  /** A rank was asked to end the run. */
  readonly isInterrupted: boolean;
}

export class Team {
  readonly #statistics: BatchStatistics;
  readonly #gradients: GradientExchange;
  /** Of this rank's batches in the step, in order. */
  #seen: Float32Array[] = [];

  constructor(
    readonly group: Group,
    updater: Updater,
    readonly batchesPerStep: number,
    wire: Wire = 'fp32',
  ) {
    refuseUneven(group.size, batchesPerStep);
    this.#statistics = new BatchStatistics(updater.parts.module);
    this.#gradients = new GradientExchange(group, updater.gradients, wire);
  }

  /** The one that writes and shows. */
  get isLead(): boolean {
    return this.group.rank === 0;
  }

  /** Whether batch number `place` of a step is this rank's. */
  owns(place: number): boolean {
    return Math.floor(place / (this.batchesPerStep / this.group.size)) === this.group.rank;
  }

  /** Goes through the backward of this rank's last batch in a step, and sends what is final meanwhile. */
  async sendAlong(backward: Iterable<Parameter>): Promise<void> {
    for (const parameter of backward) {
      // Bytes move when this thread does nothing else.
      if (this.#gradients.noteFinal(parameter)) await nextTurn();
    }
  }

  /** After a batch of this rank went forward. */
  noteBatch(): void {
    this.#seen.push(this.#statistics.read());
  }

  /** Brings this rank to where one that had trained all batches of the step would be, up to the update. */
  async endStep(own: readonly TrainedBatch<Tensor>[], isInterrupted: boolean): Promise<StepEnd> {
    const { group } = this;
    const batches = own.map(({ batch, losses }, index) => ({
      batch,
      losses: takeNumbers(losses),
      statistics: this.#seen[index]!,
    }));
    this.#seen = [];
    await group.hear();
    this.#gradients.flush();
    const share = group.post<StepShare>(() => ({ isInterrupted, batches }));
    await this.#gradients.reduce();
    const told = await group.collect(share);
    await this.#gradients.gather();
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

/** @throws CommonError for ranks that cannot have the same number of batches, each a whole subtree of their sum */
export function refuseUneven(ranks: number, batchesPerStep: number): void {
  const fits = (count: number) =>
    count <= batchesPerStep && Number.isInteger(Math.log2(batchesPerStep / count));
  if (fits(ranks)) return;
  const others = Array.from({ length: batchesPerStep }, (_, index) => index + 1).filter(fits);
  const step = batchesPerStep === 1 ? 'a step of one batch' : `the ${batchesPerStep} batches of a step`;
  throw new CommonError(
    `${ranks} ranks cannot share ${step} (trainer.accumulate_grad_batches=${batchesPerStep}): ` +
      `${others.join(', ')} could. For ${ranks} ranks set it to ${ranks}, ${2 * ranks}, ${4 * ranks}, …; ` +
      'batch_size times it is what a step sees, so lower batch_size to keep that',
  );
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
