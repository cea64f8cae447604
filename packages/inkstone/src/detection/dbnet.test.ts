import { beforeAll, describe, expect, it } from 'vitest';
import {
  backend,
  dequantize,
  noGrad,
  setBackend,
  Tape,
  type Tensor,
  tidy,
  withStorageTypes,
} from '../tensor/index.js';
import { DBNet, normalizeImages } from './dbnet.js';
import type { EncoderName } from './encoders/index.js';
import { type DbLoss, dbLoss, targetTensors } from './loss.js';

const WIDTH = 64;
const HEIGHT = 32;

function network(encoder: EncoderName): DBNet {
  return new DBNet({
    encoder: { name: encoder },
    decoder: { inner_channels: 16 },
  });
}

function images(batch: number): Tensor {
  const bytes = Uint8Array.from({ length: batch * HEIGHT * WIDTH * 3 }, (_, i) => (i * 7919) % 256);
  return normalizeImages(bytes, batch, HEIGHT, WIDTH);
}

function targets(batch: number) {
  const pixels = batch * HEIGHT * WIDTH;
  return targetTensors(
    {
      probability: Uint8Array.from({ length: pixels }, (_, i) => Number(i % 16 < 4)),
      probabilityMask: new Uint8Array(pixels).fill(1),
      threshold: new Uint8Array(pixels).fill(77),
      thresholdMask: new Uint8Array(pixels).fill(1),
    },
    batch,
    HEIGHT,
    WIDTH,
  );
}

describe('DBNet', () => {
  beforeAll(() => setBackend('reference'));

  it('gives maps of the image size, and all of them only in training', () => {
    const model = network('mobilenet_v3_small_050');
    tidy(() => {
      const trained = model.call(images(2));
      expect(trained.probability.shape).toEqual([2, HEIGHT, WIDTH, 1]);
      expect(trained.training?.threshold.shape).toEqual([2, HEIGHT, WIDTH, 1]);
      expect(trained.training?.binary.shape).toEqual([2, HEIGHT, WIDTH, 1]);
      const evaluated = noGrad(() => model.eval().call(images(1)));
      expect(evaluated.training).toBeUndefined();
      expect(evaluated.probability.shape).toEqual([1, HEIGHT, WIDTH, 1]);
    });
    model.dispose();
  });

  it('widens the pyramid as published unless told otherwise', () => {
    for (const [name, channels] of [
      ['mobilenet_v3_small_050', 64],
      ['resnet18', 256],
    ] as const) {
      const model = new DBNet({ encoder: { name } });
      expect(model.decoder.outChannels).toBe(channels);
      model.dispose();
    }
  });

  it('gives back all memory of a training step and of an evaluation', () => {
    const model = network('mobilenet_v3_small_050');
    const parameters = model.parameters();
    const start = backend().memory().currentBytes;
    tidy(() => {
      const tape = new Tape();
      const { loss } = tape.record(() => dbLoss(model.call(images(2)), targets(2)));
      tape.backward(loss);
    });
    for (const parameter of parameters) {
      expect(parameter.grad, parameter.name).toBeDefined();
      parameter.zeroGrad();
    }
    tidy(() => void noGrad(() => model.eval().call(images(1))));
    expect(backend().memory().currentBytes).toBe(start);
    model.dispose();
  });

  it('keeps activations in a half type and its head in float32 when a policy says so', () => {
    const model = network('mobilenet_v3_small_050');
    const loss = tidy(() =>
      withStorageTypes({ activations: 'float16', logits: 'float32' }, () => {
        const maps = model.call(images(2));
        expect(maps.probability.dtype).toBe('float32');
        return dbLoss(maps, targets(2)).loss.item();
      }),
    );
    expect(loss).toBeGreaterThan(0);
    expect(loss).toBeLessThan(20);
    model.dispose();
  });
});

describe('dbLoss', () => {
  it('weighs its parts, and refuses maps of an evaluation', () => {
    const model = network('mobilenet_v3_small_050');
    tidy(() => {
      const maps = model.call(images(2));
      const parts = dbLoss(maps, targets(2), {
        probability_weight: 2,
        threshold_weight: 3,
        binary_weight: 4,
      });
      const sum = 2 * parts.probability.item() + 3 * parts.threshold.item() + 4 * parts.binary.item();
      expect(parts.loss.item()).toBeCloseTo(sum, 10);
      expect(() => dbLoss(model.eval().call(images(2)), targets(2))).toThrow(/training mode/);
    });
    model.dispose();
  });

  it('reads targets as bytes, the threshold map as q / 255', () => {
    const model = network('mobilenet_v3_small_050');
    tidy(() => {
      const maps = () => model.call(images(2));
      const bytes = targets(2);
      const floats = {
        probability: dequantize(bytes.probability),
        probabilityMask: dequantize(bytes.probabilityMask),
        threshold: dequantize(bytes.threshold, 1 / 255),
        thresholdMask: dequantize(bytes.thresholdMask),
      };
      const values = (parts: DbLoss) => Object.values(parts).map((part: Tensor) => part.item());
      expect(values(dbLoss(maps(), bytes))).toEqual(values(dbLoss(maps(), floats)));
    });
    model.dispose();
  });
});
