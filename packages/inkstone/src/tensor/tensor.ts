import type { Backend } from './backend.js';
import { backend } from './current.js';
import type { DType, Storage } from './dtype.js';
import { expectShape } from './errors.js';
import type { Activation, ChannelAffine, ChannelsShape, ImageShape, Operand } from './kernels.js';
import { registerInScope } from './scope.js';

/** Images are `[N, H, W, C]`, weights `[O, I, kH, kW]`, vectors `[C]`, scalars `[]`. */
export type Shape = readonly number[];

/** A batch norm and activation that its readers apply: `activation(scale[c] · x + shift[c])`, float32 `[C]` each. */
export interface LazyAffine {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly activation: Activation;
}

/** Per-channel mean and variance of an image, float32 `[C]` each. */
export interface TensorMoments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * A shaped block of backend memory with a reference count.
 *
 * The first reference belongs to the enclosing scope (see `tidy`) or, outside any scope, to whoever created it and
 * must call `dispose`. The tape holds further ones while backward still needs the values.
 *
 * With `affine` the memory holds the input of a batch norm whose output was never written: `operand` hands both to a
 * kernel that applies it as it reads, `storage` writes the result out on first use.
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly affine: LazyAffine | undefined;
  /** True when gradients flow to it: a parameter, or the output of a recorded operation. */
  requiresGrad = false;
  /** Of its values (the variance biased): set by a convolution that was asked for batch-norm statistics. */
  moments: TensorMoments | undefined;

  readonly #memory: { readonly storage: Storage } | { readonly base: Tensor };
  readonly #backend: Backend;
  #materialized: Storage | undefined;
  #references = 1;
  #disposed = false;

  protected constructor(
    shape: Shape,
    memory: { readonly storage: Storage } | { readonly base: Tensor },
    affine?: LazyAffine,
    scoped = true,
  ) {
    this.shape = shape;
    this.affine = affine;
    this.#memory = memory;
    this.#backend = backend();
    this.dtype = 'storage' in memory ? memory.storage.dtype : memory.base.dtype;
    if (scoped) registerInScope(this);
  }

  /** Uninitialised memory. */
  static empty(shape: Shape, dtype: DType = 'float32'): Tensor {
    return new Tensor(shape, { storage: backend().alloc(dtype, elementCount(shape)) });
  }

  static zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
    const tensor = Tensor.empty(shape, dtype);
    tensor.fill(0);
    return tensor;
  }

  /** Copies `values` in; half types round to nearest even. */
  static from(values: ArrayLike<number>, shape: Shape, dtype: DType = 'float32'): Tensor {
    expectShape(values.length === elementCount(shape), 'Tensor.from', () => {
      return `${values.length} values do not fill shape [${shape.join(', ')}] (${elementCount(shape)} elements)`;
    });
    const tensor = Tensor.empty(shape, dtype);
    tensor.write(values);
    return tensor;
  }

  static scalar(value: number, dtype: DType = 'float32'): Tensor {
    return Tensor.from([value], [], dtype);
  }

  /** A batch norm and activation over `base` that is applied by whoever reads it. */
  static lazy(base: Tensor, affine: LazyAffine): Tensor {
    expectShape(!base.affine, 'Tensor.lazy', () => 'the base already carries an affine');
    base.retain();
    affine.scale.retain();
    affine.shift.retain();
    return new Tensor(base.shape, { base }, affine);
  }

  get length(): number {
    return elementCount(this.shape);
  }

  /** The values in memory. A lazy tensor is written out on first use, and that copy is kept as long as it lives. */
  get storage(): Storage {
    this.#expectAlive();
    if ('storage' in this.#memory) return this.#memory.storage;
    if (!this.#materialized) {
      this.#materialized = this.#backend.alloc(this.dtype, this.length);
      this.#backend.materialize(this.lazyOperand, this.channelsShape, this.#materialized);
    }
    return this.#materialized;
  }

  /** The values as a kernel reads them: raw memory, and the affine still to be applied. */
  get operand(): Operand {
    return this.#materialized ? { storage: this.storage } : this.lazyOperand;
  }

  /** Raw memory with the affine, even when a written-out copy exists: what batch norm's backward works on. */
  get lazyOperand(): Operand {
    this.#expectAlive();
    if ('storage' in this.#memory) return { storage: this.#memory.storage };
    return { storage: this.#memory.base.storage, affine: channelAffine(this.affine!) };
  }

  /** `[N, H, W, C]` by name. */
  get imageShape(): ImageShape {
    expectShape(
      this.shape.length === 4,
      'Tensor',
      () => `[${this.shape.join(', ')}] is not an image [N, H, W, C]`,
    );
    const [batch, height, width, channels] = this.shape as readonly [number, number, number, number];
    return { batch, height, width, channels };
  }

  /** `[…, C]` as rows of channels. */
  get channelsShape(): ChannelsShape {
    const channels = this.shape.at(-1) ?? 1;
    return { rows: this.length / channels, channels };
  }

  /** A copy of the values, widened without loss. */
  read(): Float32Array | Float64Array {
    return this.#backend.read(this.storage);
  }

  /** The value of a tensor with one element. */
  item(): number {
    expectShape(
      this.length === 1,
      'Tensor.item',
      () => `shape [${this.shape.join(', ')}] has more than one value`,
    );
    return this.read()[0]!;
  }

  write(values: ArrayLike<number>): void {
    this.#backend.write(this.storage, values);
  }

  fill(value: number): void {
    this.#backend.fill(this.storage, value);
  }

  clone(): Tensor {
    const copy = Tensor.empty(this.shape, this.dtype);
    this.#backend.cast(this.storage, copy.storage);
    return copy;
  }

  /** True when exactly one reference is left, so that its holder may overwrite the values. */
  get exclusive(): boolean {
    return this.#references === 1 && 'storage' in this.#memory;
  }

  retain(): this {
    this.#expectAlive();
    this.#references++;
    return this;
  }

  release(): void {
    this.#expectAlive();
    if (--this.#references > 0) return;
    if ('storage' in this.#memory) this.#backend.free(this.#memory.storage);
    else this.#memory.base.release();
    if (this.#materialized) this.#backend.free(this.#materialized);
    this.affine?.scale.release();
    this.affine?.shift.release();
    this.moments?.mean.release();
    this.moments?.variance.release();
  }

  /** Gives up the reference of the scope or creator. Calling it again does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.release();
  }

  #expectAlive(): void {
    if (this.#references <= 0) {
      throw new Error(
        `Tensor [${this.shape.join(', ')}] was already released: return it from the scope (tidy, Module.call) that created it`,
      );
    }
  }
}

/**
 * A trained tensor in PyTorch's layout, with its gradient once backward has run. Modules keep theirs in float32 (the
 * master weights). No scope releases it: it lives until `dispose`.
 */
export class Parameter extends Tensor {
  /** Dotted path from the root module as in PyTorch's state dict; set by `Module.parameters`. */
  name: string;
  /** Same shape and type. Accumulates over backward passes until `zeroGrad`. */
  grad: Tensor | undefined;

  constructor(values: ArrayLike<number>, shape: Shape, name = '', dtype: DType = 'float32') {
    super(shape, { storage: backend().alloc(dtype, elementCount(shape)) }, undefined, false);
    this.write(values);
    this.name = name;
    this.requiresGrad = true;
  }

  zeroGrad(): void {
    this.grad?.release();
    this.grad = undefined;
  }
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

function channelAffine(affine: LazyAffine): ChannelAffine {
  return { scale: affine.scale.storage, shift: affine.shift.storage, activation: affine.activation };
}
