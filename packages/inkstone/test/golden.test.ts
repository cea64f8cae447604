/** A whole training step of both networks against PyTorch's, on every kind of kernels. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncoderName } from '../src/detection/index.js';
import { setBackend } from '../src/tensor/index.js';
import { nativeAddon } from '../src/tensor/native-addon.js';
import { addonIsBuilt, wasmIsBuilt } from './addon.js';
import {
  type Digest,
  type Golden,
  goldenStep,
  LEARNING_RATE,
  normOf,
  type StepResult,
  type Values,
} from './golden/step.js';

/** Allowed differences: absolute for values, relative for norms. */
interface Tolerance {
  readonly loss: number;
  readonly map: number;
  readonly gradientNorm: number;
  /**
   * Adam's first update is learning rate · sign(gradient), whatever the gradient's size. Where a gradient is below this
   * share of its tensor's root mean square, rounding may turn the sign: there only the update's length is tested.
   */
  readonly coinToss: number;
  readonly state: number;
}

const SINGLE: Tolerance = { loss: 1e-5, map: 1e-4, gradientNorm: 1e-3, coinToss: 1e-3, state: 1e-5 };
/**
 * Of ResNet-18's one and a half million ReLU inputs a few lie within fp32 rounding (some 1e-6) of zero and may fall to the
 * other side than in float64. Each that does moves gradients by a step: norms differ by 3e-4 with AVX2 and AVX-512, by 1e-5
 * with the portable kernels.
 */
const SINGLE_KINKED: Tolerance = { ...SINGLE, coinToss: 0.1 };
/** PyTorch's hard sigmoid multiplies by 1/6 in single precision, even in float64: hence not tighter than 1e-7. */
const DOUBLE: Tolerance = { loss: 1e-10, map: 1e-10, gradientNorm: 1e-7, coinToss: 1e-7, state: 1e-9 };

/**
 * A bias in front of a batch norm changes nothing, so its gradient is zero and what is computed is rounding. Below this
 * share of the whole gradient's norm a golden gradient counts as such.
 */
const ZERO_GRADIENT = 1e-12;
/** Rounding in fp32 may leave this share of the whole gradient's norm where the true gradient is zero. */
const ROUNDING = 1e-5;
/** More samples than this left to chance, and the test of the update would say too little. */
const MOST_TOSSED = 0.25;

type KernelsName = 'native' | 'generic' | 'wasm' | 'reference';
const cases: [EncoderName, KernelsName, Tolerance][] = [
  ['mobilenet_v3_small_050', 'native', SINGLE],
  ['resnet18', 'native', SINGLE_KINKED],
  ['resnet18', 'generic', SINGLE_KINKED],
  ['mobilenet_v3_small_050', 'wasm', SINGLE],
  ['resnet18', 'wasm', SINGLE_KINKED],
  ['mobilenet_v3_small_050', 'reference', DOUBLE],
];

/** Minutes on an emulated processor, seconds on others. */
const HOOK_TIMEOUT = 1_200_000;

const chosen = addonIsBuilt ? nativeAddon().isa() : undefined;
afterAll(() => {
  if (chosen !== undefined) nativeAddon().setIsa(chosen);
});

function runsHere(kernels: KernelsName): boolean {
  if (kernels === 'reference') return true;
  if (kernels === 'wasm') return wasmIsBuilt;
  if (chosen === undefined || kernels === 'native') return chosen !== undefined;
  try {
    nativeAddon().setIsa(kernels);
    nativeAddon().setIsa(chosen);
    return true;
  } catch {
    return false; // an addon for arm64 has none
  }
}

const here = cases.filter(([, kernels]) => runsHere(kernels));
describe.each(here)('%s on %s kernels', (encoder, kernels, tolerance) => {
  const file = new URL(`./golden/dbnet_${encoder}.json`, import.meta.url);
  const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
  let step: StepResult;
  beforeAll(() => {
    setBackend(kernels === 'generic' ? 'native' : kernels);
    if (kernels === 'native' || kernels === 'generic')
      nativeAddon().setIsa(kernels === 'generic' ? 'generic' : chosen!);
    step = goldenStep(encoder, golden);
  }, HOOK_TIMEOUT);

  const isZero = (name: string) =>
    golden.grad_before_clip[name].norm < ZERO_GRADIENT * golden.grad_norm_before_clip;

  it('starts from the same numbers', () => {
    expectSamples('input', step.input, golden.inputs.input, 1e-12);
    expect([...step.before.keys()]).toEqual(Object.keys(golden.state_after_step));
    for (const [name, { shape }] of Object.entries(golden.grad_before_clip)) {
      expect(step.gradients.get(name)?.length, name).toBe(shape.reduce((a, b) => a * b, 1));
    }
  });

  it('predicts the same maps', () => {
    for (const [name, digest] of Object.entries(golden.pred)) {
      expectSamples(name, step.maps[name as keyof StepResult['maps']], digest, tolerance.map);
    }
  });

  it('has the same loss', () => {
    expect(Math.abs(step.loss - golden.loss)).toBeLessThan(tolerance.loss);
    for (const [name, value] of Object.entries(golden.loss_terms)) {
      expect(Math.abs(step.terms[name as keyof Golden['loss_terms']] - value), name).toBeLessThan(
        tolerance.loss,
      );
    }
  });

  it('has the same gradient for every parameter, before and after clipping', () => {
    const relative = (actual: number, expected: number) => Math.abs(actual - expected) / expected;
    expect(relative(step.gradientNorm, golden.grad_norm_before_clip)).toBeLessThan(tolerance.gradientNorm);
    for (const [name, { norm }] of Object.entries(golden.grad_before_clip)) {
      const gradient = step.gradients.get(name)!;
      if (isZero(name)) {
        expect(normOf(gradient), name).toBeLessThan(ROUNDING * golden.grad_norm_before_clip);
        continue;
      }
      expect(relative(normOf(gradient), norm), name).toBeLessThan(tolerance.gradientNorm);
      const clipped = golden.grad_after_clip[name].norm;
      expect(relative(normOf(step.gradientsAfterClip.get(name)!), clipped), name).toBeLessThan(
        tolerance.gradientNorm,
      );
    }
  });

  it('has the same parameters and running statistics after an Adam step', () => {
    let tossed = 0;
    let compared = 0;
    for (const [name, digest] of Object.entries(golden.state_after_step)) {
      const [before, after] = [step.before.get(name)!, step.after.get(name)!];
      const gradient = golden.grad_after_clip[name];
      const rms = gradient ? gradient.norm / Math.sqrt(before.length) : 0;
      for (const [i, place] of digest.at.entries()) {
        const where = `${name}[${place}]`;
        if (gradient && (isZero(name) || Math.abs(gradient.samples[i]) < tolerance.coinToss * rms)) {
          expect(Math.abs(after[place] - before[place]), where).toBeLessThan(LEARNING_RATE * (1 + 1e-3));
          tossed++;
        } else {
          expect(Math.abs(after[place] - digest.samples[i]), where).toBeLessThan(tolerance.state);
          compared++;
        }
      }
    }
    expect(tossed / (tossed + compared)).toBeLessThan(MOST_TOSSED);
  });
});

function expectSamples(name: string, actual: Values, digest: Digest, tolerance: number): void {
  for (const [i, place] of digest.at.entries()) {
    expect(Math.abs(actual[place] - digest.samples[i]), `${name}[${place}]`).toBeLessThan(tolerance);
  }
}
