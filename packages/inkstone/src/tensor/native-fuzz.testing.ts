/**
 * A program that native.test.ts starts, as what it looks for would end the process: calls every function of the addon with
 * random arguments, many of them wrong. A call may return or throw an Error. What a kernel takes is read from
 * native/src/kernels/list.h. Prints, as JSON, how many calls of each kernel returned and how many were refused.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { library as addon } from './kernels-under-test.testing.js';

const [CALLS, SEED] = process.argv.slice(2).map(Number);
const RUNS = { numRuns: CALLS, seed: SEED };
const FLOAT32 = 0;
const UINT8 = 3;
const FLOAT64 = 4;
/** Elements of a storage: a multiple of three colours, enough for most of the shapes below but not for all. */
const LENGTH = 8190;
const WITNESS = 7.5;

const functions = new Map(Object.entries(addon) as [string, (...args: unknown[]) => unknown][]);

/** Lie between the others and must keep their value. */
const witnesses: number[] = [];
const storages = [0, 1, 2, UINT8, FLOAT64].map((dtype) =>
  Array.from({ length: 8 }, () => {
    const id = addon.alloc(dtype, LENGTH);
    witnesses.push(addon.alloc(FLOAT32, 16));
    addon.fill(witnesses.at(-1)!, WITNESS);
    return id;
  }),
);
const tooSmall = addon.alloc(FLOAT32, 3);
const freed = addon.alloc(FLOAT32, 3);
addon.free(freed);

const dimension = fc.constantFrom(1, 2, 3, 4, 5, 8, 9);
const number = fc.oneof(fc.constantFrom(0, 1, 0.5, 1e-6, -1), fc.double({ min: 0, max: 10 }));
const flag = fc.constantFrom(0, 1);
const activation = fc.integer({ min: 0, max: 4 });
const float32 = fc.constantFrom(...storages[FLOAT32]!);

const conv = fc
  .tuple(
    fc.tuple(dimension, dimension, dimension, dimension),
    dimension,
    flag,
    fc.constantFrom(1, 2, 3, 5),
    flag,
  )
  .map(([input, outChannels, dense, kernel, more]) => {
    const [stride, padding, channels] = [1 + more, kernel >> 1, input[3]];
    const sides = input.slice(1, 3).map((side) => Math.floor((side + 2 * padding - kernel) / stride) + 1);
    const ending = dense
      ? [outChannels, kernel, stride, padding, 1]
      : [channels, kernel, stride, padding, channels];
    return [...input, ...sides, ...ending];
  });

/** What a kernel takes for a parameter of this C++ type and name, when its activations are of `dtype`. */
function argumentsFor(type: string, name: string, dtype: number): fc.Arbitrary<readonly number[]> {
  const own = { figures: FLOAT64, indices: UINT8, src: UINT8 }[name];
  const isActivation = /^(x|y|dx|dy|a|b|dst|src|fine|coarse|dCoarse)$/.test(name);
  const storage = fc.constantFrom(...storages[isActivation ? dtype : FLOAT32]!, ...storages[own ?? FLOAT32]!);
  const kinds: Readonly<Record<string, fc.Arbitrary<readonly number[]>>> = {
    Buffer: fc.tuple(storage),
    OptionalBuffer: fc.tuple(fc.oneof(float32, fc.constant(0))),
    Source: fc.tuple(storage, float32, float32, activation).map((all) => (all[3] ? all : [all[0], 0, 0, 0])),
    ChannelsShape: fc.tuple(dimension, dimension),
    ImageShape: fc.tuple(dimension, dimension, dimension, dimension),
    ConvGeometry: conv,
    UpConvGeometry: fc.tuple(dimension, dimension, dimension, dimension, dimension),
    Activation: fc.tuple(activation),
    Rgb: fc.tuple(number, number, number),
    AdamStep: fc.tuple(number, number, number, number, number, flag, fc.integer({ min: 1, max: 9 })),
    SgdStep: fc.tuple(number, number, number, flag, flag),
    bool: fc.tuple(flag),
    double: fc.tuple(number),
    float: fc.tuple(number),
    int64_t: fc.tuple(fc.constantFrom(0, 0, 1, 9)),
  };
  const found = kinds[type];
  if (found === undefined) throw new Error(`${type} ${name}: say here what a ${type} is made from`);
  return found;
}

const wrong = fc.constantFrom<unknown>(
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    -0,
    0,
    0.5,
    7,
    1024,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    -(2 ** 53),
    1e300,
  ],
  ...[
    tooSmall,
    freed,
    undefined,
    null,
    true,
    '',
    'auto',
    'x'.repeat(99),
    {},
    [],
    1n,
    Symbol.iterator,
    () => 0,
  ],
  ...[new Uint8Array(9), new Float32Array(9), new Float64Array(9), new Uint16Array(9), new BigInt64Array(9)],
);

/** As they should be, or with one that is wrong, surplus or missing, or nothing but wrong ones. */
const perhapsSpoiled = (right: fc.Arbitrary<readonly unknown[]>): fc.Arbitrary<readonly unknown[]> =>
  fc.oneof(
    { arbitrary: right, weight: 4 },
    {
      arbitrary: fc.tuple(right, fc.nat(), wrong).map(([all, at, bad]) => all.with(at % all.length, bad)),
      weight: 4,
    },
    fc.tuple(right, wrong).map(([all, more]) => [...all, more]),
    right.map((all) => all.slice(1)),
    fc.array(wrong, { maxLength: 40 }),
  );

/** Calls a function with each of the arguments. Anything but an Error goes on. */
function call(name: string, args: fc.Arbitrary<readonly unknown[]>): { returned: number; refused: number } {
  const count = { returned: 0, refused: 0 };
  for (const some of fc.sample(args, RUNS)) {
    try {
      const result = functions.get(name)!(...some);
      if (name === 'alloc') addon.free(Number(result));
      count.returned++;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      count.refused++;
    }
  }
  return count;
}

const list = readFileSync(new URL('../../native/src/kernels/list.h', import.meta.url), 'utf8');
const kernels = [...list.replaceAll('\\\n', '\n').matchAll(/^ {2}X\((\w+), \(([^)]*)\)\)/gm)];
const counts = kernels.map(([, name, parameters]) => {
  const declared = parameters!.split(',').map((parameter) => parameter.trim().split(/\s+/));
  const right = fc
    .constantFrom(0, 1, 2)
    .chain((dtype) =>
      fc.tuple(...declared.map(([type, parameter]) => argumentsFor(type!, parameter!, dtype))),
    );
  return [name!, call(name!, perhapsSpoiled(right.map((parts) => parts.flat())))] as const;
});
const others = [...functions.keys()].filter((name) => !counts.some(([kernel]) => kernel === name));
for (const name of others) call(name, fc.array(wrong, { maxLength: 4 }));

const seen = new Float32Array(16);
for (const id of witnesses) {
  addon.read(id, seen, 0);
  if (seen.some((value) => value !== WITNESS))
    throw new Error('a call wrote into memory that is not its own');
}
console.log(JSON.stringify(Object.fromEntries(counts)));
