/**
 * Adds up the gradients of all ranks in buckets of parameters, the last ones first, as backward reaches them: a bucket goes out as
 * soon as this rank's sum of it is final, while backward goes on. Each rank adds up one part of every bucket over all ranks,
 * in the order of the tree, and hands it round. How the vector is cut into buckets and parts changes no bit of it.
 */
import type { Group, Posted } from '../distributed/index.js';
import { backend, type Parameter, Tensor, tidy } from '../tensor/index.js';
import type { GradientSum } from './gradient-sum.js';
import { TreeSum } from './tree-sum.js';
import { fromWire, toWire, type Wire } from './wire.js';

/** Long enough to be worth a message, short enough that the first one leaves early. */
const BUCKET_VALUES = 2 ** 18;

type Row = Float32Array | Uint16Array;

/** What a rank has for the receiver's part of a bucket; null where no loss of its reached any parameter in it. */
type Share = { readonly reached: readonly boolean[]; readonly part: Row } | null;

export class GradientExchange {
  readonly #group: Group;
  readonly #sum: GradientSum;
  readonly #wire: Wire;
  readonly #buckets: readonly (readonly Parameter[])[];
  /** Of the step at work. */
  #final = new Set<Parameter>();
  #posted: Posted<Share>[] = [];
  #reduced: { readonly reached: readonly boolean[] | undefined; readonly posted: Posted<Row> }[] = [];

  constructor(group: Group, sum: GradientSum, wire: Wire) {
    this.#group = group;
    this.#sum = sum;
    this.#wire = wire;
    this.#buckets = bucketsOf(sum.parameters);
  }

  /** This rank's sum of a parameter is final. Says whether buckets are on their way. */
  noteFinal(parameter: Parameter): boolean {
    this.#final.add(parameter);
    for (let next = this.#next; next?.every((one) => this.#final.has(one)); next = this.#next)
      this.#post(next);
    return this.#posted.length > 0;
  }

  /** Sends what was not sent yet: all sums are final. */
  flush(): void {
    for (let next = this.#next; next !== undefined; next = this.#next) this.#post(next);
  }

  /** Adds up this rank's parts, and sends each sum round. */
  async reduce(): Promise<void> {
    for (const posted of this.#posted) {
      const shares = await this.#group.collect(posted);
      const sum = addUp(shares.map((share) => share && fromWire(share.part)));
      const reached = shares.find((share) => share !== null)?.reached;
      this.#reduced.push({ reached, posted: this.#group.post(() => toWire(sum, this.#wire)) });
    }
  }

  /** Leaves the sums of all ranks where this rank's were. */
  async gather(): Promise<void> {
    for (const [index, { reached, posted }] of this.#reduced.entries()) {
      const rows = await this.#group.collect(posted);
      if (reached !== undefined) this.#sum.put(this.#buckets[index]!, reached, joined(rows.map(fromWire)));
    }
    this.#final = new Set();
    this.#posted = [];
    this.#reduced = [];
  }

  get #next(): readonly Parameter[] | undefined {
    return this.#buckets[this.#posted.length];
  }

  #post(bucket: readonly Parameter[]): void {
    const row = this.#sum.take(bucket);
    const { size } = this.#group;
    this.#posted.push(
      this.#group.post(
        (rank) => row && { reached: row.reached, part: toWire(partOf(row.values, rank, size), this.#wire) },
      ),
    );
  }
}

/** The same on every rank. */
function bucketsOf(parameters: readonly Parameter[]): Parameter[][] {
  const buckets: Parameter[][] = [];
  let room = 0;
  for (const parameter of parameters.toReversed()) {
    if (parameter.length > room) {
      buckets.push([]);
      room = BUCKET_VALUES;
    }
    buckets.at(-1)!.push(parameter);
    room -= parameter.length;
  }
  return buckets;
}

function partOf(values: Float32Array, rank: number, ranks: number): Float32Array {
  const start = (index: number) => Math.floor((values.length * index) / ranks);
  return values.subarray(start(rank), start(rank + 1));
}

/** One part over all ranks, in the order of the tree of which each has a subtree. */
function addUp(parts: readonly (Float32Array | null)[]): Float32Array {
  return tidy(() => {
    const sum = new TreeSum<Tensor>((left, right) => {
      backend().addInto(left.storage, right.storage);
      return left;
    });
    for (const [rank, part] of parts.entries()) {
      if (part !== null) sum.add(rank, Tensor.from(part, [part.length]));
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
