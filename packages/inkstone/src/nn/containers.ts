/** Containers that name their children 0, 1, 2… as PyTorch's do. */
import type { Tensor } from '../tensor/index.js';
import { Activate, BatchNorm2d, Conv2d, UpConv2d } from './layers.js';
import { type AnyModule, Module } from './module.js';

/**
 * Runs its layers one after the other. A batch norm behind a convolution takes its statistics from that kernel, and an
 * activation behind a batch norm is folded into it, so `Conv2d, BatchNorm2d, Activate` is one pass over the image.
 */
export class Sequential extends Module {
  readonly #layers: readonly Module[];

  constructor(...layers: readonly Module[]) {
    super();
    this.#layers = layers;
  }

  override namedChildren(): [string, AnyModule][] {
    return numbered(this.#layers);
  }

  override forward(input: Tensor): Tensor {
    let x = input;
    for (let index = 0; index < this.#layers.length; ) {
      const { output, consumed } = this.#run(index, x);
      // Freed as soon as it is read (the tape keeps what it needs), not when the whole sequence has run.
      if (x !== input && output !== x) x.dispose();
      x = output;
      index += consumed;
    }
    return x;
  }

  #run(index: number, x: Tensor): { output: Tensor; consumed: number } {
    const [layer, second, third] = this.#layers.slice(index, index + 3);
    if ((layer instanceof Conv2d || layer instanceof UpConv2d) && second instanceof BatchNorm2d) {
      return third instanceof Activate
        ? { output: second.after(layer, x, third.kind), consumed: 3 }
        : { output: second.after(layer, x), consumed: 2 };
    }
    if (layer instanceof BatchNorm2d && second instanceof Activate) {
      return { output: layer.forward(x, second.kind), consumed: 2 };
    }
    return { output: layer!.call(x), consumed: 1 };
  }
}

/** A list of modules that its owner calls one by one. */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> {
  readonly #modules: readonly M[];

  constructor(modules: readonly M[]) {
    super();
    this.#modules = modules;
  }

  override namedChildren(): [string, AnyModule][] {
    return numbered(this.#modules);
  }

  at(index: number): M {
    const module = this.#modules.at(index);
    if (!module) throw new RangeError(`ModuleList has ${this.#modules.length} modules, no ${index}`);
    return module;
  }

  override forward(): never {
    throw new Error('ModuleList is only a list: call its modules');
  }
}

function numbered(modules: readonly AnyModule[]): [string, AnyModule][] {
  return modules.map((module, index) => [String(index), module]);
}
