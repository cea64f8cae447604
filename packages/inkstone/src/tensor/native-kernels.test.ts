import { describe, it } from 'vitest';
import type { Activation, ImageShape } from './kernels.js';
import { compareWithReference, FLOAT_TYPES, type Work } from './native-comparison.testing.js';

const ACTIVATIONS: readonly Activation[] = ['identity', 'relu', 'hard_swish', 'hard_sigmoid', 'sigmoid'];

/** Below, at and above a full vector, and more than one part of the work. */
const LENGTHS = [1, 7, 8, 33_001];

/** Channel counts with every kind of remainder; 8 to 24 are the network's own. */
const SHAPES = [
  { rows: 1, channels: 1 },
  { rows: 5, channels: 3 },
  { rows: 1003, channels: 8 },
  { rows: 700, channels: 13 },
  { rows: 3000, channels: 24 }, // more than one part of the sums
];

const IMAGES: readonly ImageShape[] = [
  { batch: 1, height: 2, width: 2, channels: 1 },
  { batch: 2, height: 6, width: 10, channels: 8 },
  { batch: 3, height: 12, width: 8, channels: 19 },
  { batch: 2, height: 32, width: 24, channels: 24 },
];

const size = (s: ImageShape): number => s.batch * s.height * s.width * s.channels;
const rowsOf = (s: ImageShape): number => s.batch * s.height * s.width;

describe.each(FLOAT_TYPES)('kernels on %s agree with the reference', (type) => {
  const each = (name: string, works: readonly Work[]): void => {
    it(name, () => {
      for (const work of works) compareWithReference(work);
    });
  };

  each(
    'activations, forward and backward',
    ACTIVATIONS.flatMap((kind) =>
      LENGTHS.map(
        (length): Work =>
          ({ backend, random, output }) => {
            const x = random(type, length, -5, 5);
            const dy = random(type, length);
            const y = output(type, length);
            const dx = output(type, length);
            backend.activation(kind, x, y);
            backend.activationBackward(kind, x, dy, dx);
            return [y, dx];
          },
      ),
    ),
  );

  each(
    'fill, scale, clamp, addInto, cast, relu backward from its output',
    LENGTHS.map(
      (length): Work =>
        ({ backend, random, output, from }) => {
          const filled = output(type, length);
          backend.fill(filled, -1.7);
          const scaled = random(type, length);
          backend.scale(scaled, 3.25);
          const clamped = random(type, length, -2, 2);
          backend.clamp(clamped, 0.75);
          const sum = random('float32', length);
          backend.addInto(sum, scaled);
          const same = random(type, length);
          backend.addInto(same, clamped, -0.5);
          const scaledBy = random(type, length);
          backend.scaleBy(scaledBy, random('float32', 1));
          const multiplied = random('float32', length);
          backend.multiplyAdd(multiplied, 0.9, 0.3, 20);
          const added = random('float32', length);
          backend.addProducts(added, 0.9, 0.3, 3);
          const wide = output('float32', length);
          backend.cast(scaled, wide);
          const narrow = output(type, length);
          backend.cast(random('float32', length), narrow, 2, -0.5);
          const bytes = from(
            'uint8',
            Array.from({ length }, (_, i) => i % 256),
          );
          const widened = output(type, length);
          backend.cast(bytes, widened, 1 / 255, 0);
          const dx = output(type, length);
          backend.reluBackwardFromOutput(clamped, scaled, dx);
          const copied = output(type, length);
          backend.cast(dx, copied);
          return [
            filled,
            scaled,
            scaledBy,
            clamped,
            multiplied,
            added,
            sum,
            same,
            wide,
            narrow,
            widened,
            dx,
            copied,
          ];
        },
    ),
  );

  each('image normalisation', [
    ({ backend, from, output }) => {
      const pixels = from(
        'uint8',
        Array.from({ length: 3 * 257 }, (_, i) => (i * 7) % 256),
      );
      const y = output(type, 3 * 257);
      backend.normalizeImage(pixels, y, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
      return [y];
    },
  ]);

  each(
    'sum of two operands',
    SHAPES.flatMap((shape) =>
      (['identity', 'relu'] as const).map(
        (activation): Work =>
          ({ backend, random, output, affine }) => {
            const length = shape.rows * shape.channels;
            const a = { storage: random(type, length), affine: affine(shape.channels, 'hard_swish') };
            const b = { storage: random(type, length) };
            const y = output(type, length);
            backend.add(a, b, shape, activation, y);
            const z = output(type, length);
            backend.add(b, { ...b, affine: affine(shape.channels, 'identity') }, shape, activation, z);
            return [y, z];
          },
      ),
    ),
  );

  each(
    'batch norm, forward and backward',
    SHAPES.flatMap((shape) =>
      ACTIVATIONS.map(
        (activation): Work =>
          ({ backend, random, output, affine }) => {
            const { rows, channels } = shape;
            const length = rows * channels;
            const vector = () => output('float32', channels);
            const [mean, variance] = [vector(), vector()];
            const x = { storage: random(type, length, 2, 4), affine: affine(channels, activation) };
            backend.moments(x.storage, shape, mean, variance);
            const y = output(type, length);
            backend.materialize(x, shape, y);
            const dy = random(type, length);
            const [gamma, beta] = [random('float32', channels), random('float32', channels)];
            const folded = [vector(), vector(), vector()] as const;
            const spread = random('float32', channels, 0.1, 2);
            backend.foldAffine(gamma, beta, mean, spread, 1e-5, ...folded);
            const statistics = [
              random('float32', channels, 2.5, 3.5),
              random('float32', channels, 1, 2),
            ] as const;
            const [dx, dGamma, dBeta] = [output(type, length), vector(), vector()];
            backend.batchNormBackward(x, dy, ...statistics, shape, dx, dGamma, dBeta);
            const [fixedDx, fixedGamma, fixedBeta] = [output(type, length), vector(), vector()];
            backend.affineBackward(x, dy, ...statistics, shape, fixedDx, fixedGamma, fixedBeta);
            return [
              mean,
              ...(rows > 1 ? [variance] : []),
              ...folded,
              y,
              dx,
              dGamma,
              dBeta,
              fixedDx,
              fixedGamma,
              fixedBeta,
            ];
          },
      ),
    ),
  );

  each(
    'max pooling, forward and backward',
    IMAGES.flatMap((shape) =>
      [undefined, 'relu' as const].map(
        (activation): Work =>
          ({ backend, random, output, affine }) => {
            const height = Math.floor((shape.height - 1) / 2) + 1;
            const width = Math.floor((shape.width - 1) / 2) + 1;
            const length = shape.batch * height * width * shape.channels;
            const x = {
              storage: random(type, size(shape)),
              affine: activation && affine(shape.channels, activation),
            };
            const [y, indices, dx] = [
              output(type, length),
              output('uint8', length),
              output(type, size(shape)),
            ];
            backend.maxPool3x3(x, shape, y, indices);
            backend.maxPool3x3Backward(random(type, length), indices, shape, dx);
            return [y, indices, dx];
          },
      ),
    ),
  );

  each(
    'global pooling and channel factors',
    IMAGES.map(
      (shape): Work =>
        ({ backend, random, output, affine }) => {
          const vectors = shape.batch * shape.channels;
          const x = { storage: random(type, size(shape)), affine: affine(shape.channels, 'hard_swish') };
          const pooled = output('float32', vectors);
          backend.globalAveragePool(x, shape, pooled);
          const spread = output(type, size(shape));
          backend.globalAveragePoolBackward(pooled, shape, spread);
          const s = random('float32', vectors);
          const [y, dx, ds] = [
            output(type, size(shape)),
            output(type, size(shape)),
            output('float32', vectors),
          ];
          backend.multiplyChannels(x, s, shape, y);
          backend.multiplyChannelsBackward(x, s, random(type, size(shape)), shape, dx, ds);
          return [pooled, spread, y, dx, ds];
        },
    ),
  );

  each(
    'upsampling, alone, into a slice and added',
    IMAGES.slice(0, 3).flatMap((shape) =>
      [0, 1, 2].map(
        (level): Work =>
          ({ backend, random, output, affine }) => {
            const x = { storage: random(type, size(shape)), affine: affine(shape.channels, 'relu') };
            const plain = { storage: x.storage };
            const yChannels = 2 * shape.channels + 5;
            const ySize = rowsOf(shape) * 4 ** level * yChannels;
            const y = output(type, ySize);
            backend.fill(y, 0);
            backend.upsampleInto(x, shape, level, y, yChannels, 3);
            backend.upsampleInto(plain, shape, level, y, yChannels, 5 + shape.channels);
            const dCoarse = output(type, size(shape));
            backend.upsampleBackward(random(type, ySize), yChannels, 3, level, shape, dCoarse);
            const coarse = {
              storage: random(type, size(shape) / 4),
              affine: affine(shape.channels, 'identity'),
            };
            const sum = output(type, size(shape));
            backend.addUpsampled(x, coarse, shape, sum);
            return [y, dCoarse, sum];
          },
      ),
    ),
  );
});
