import { describe, expect, it } from 'vitest';
import { createPrecision, PRECISION_NAMES } from '../amp/index.js';
import { DBNet, dbLoss, normalizeImages, targetTensors } from '../detection/index.js';
import { Adam } from '../nn/index.js';
import { loadBackend, setBackend, Tape, tidy } from '../tensor/index.js';
import { Updater } from './updater.js';

const [BATCH, SIZE, BATCHES_IN_STEP] = [2, 64, 2];
const PLANE = BATCH * SIZE * SIZE;

const pattern = (length: number, period: number, value: number) =>
  Uint8Array.from({ length }, (_, index) => (index % period === 0 ? value : 0));

describe('a training step', () => {
  it.each(
    PRECISION_NAMES.flatMap((name) =>
      (['norm', 'value'] as const).map((algorithm) => [name, algorithm] as const),
    ),
  )('reads from the backend once in %s, clipping by %s', (name, algorithm) => {
    const native = loadBackend('native');
    let reads = 0;
    setBackend({
      ...native,
      read: (...place) => {
        reads += 1;
        return native.read(...place);
      },
    });
    const module = new DBNet({ encoder: { name: 'mobilenet_v3_small_050' } });
    module.train();
    const updater = new Updater({
      module,
      optimizer: new Adam(module.parameters(), { lr: 1e-3 }),
      optimizerName: 'adam',
      schedule: () => 1,
      precision: createPrecision(name),
      clip: { algorithm, value: 0.5 },
      emaDecay: 0.9,
    });
    reads = 0;
    tidy(() => {
      const losses = Array.from({ length: BATCHES_IN_STEP }, (_, place) => {
        const tape = new Tape();
        const targets = targetTensors(
          {
            probability: pattern(PLANE, 3, 1),
            probabilityMask: pattern(PLANE, 1, 1),
            threshold: pattern(PLANE, 2, 128),
            thresholdMask: pattern(PLANE, 2, 1),
          },
          BATCH,
          SIZE,
          SIZE,
        );
        const result = tape.record(() =>
          updater.forward(() =>
            dbLoss(module.call(normalizeImages(pattern(3 * PLANE, 7, 200), BATCH, SIZE, SIZE)), targets),
          ),
        );
        updater.backward(tape, result.loss, 1 / BATCHES_IN_STEP, place);
        return { loss: result.loss };
      });
      updater.update(0, { losses });
    });
    expect(reads).toBe(1);
    updater.dispose();
    module.dispose();
    setBackend('native');
  });
});
