/** What wasm-browser.test.ts bundles and calls in a page. */
import type { EncoderName } from '../../src/detection/index.js';
import { setBackend } from '../../src/tensor/index.js';
import { openWasmBackend, type WasmBackendOptions } from '../../src/tensor/wasm/browser.js';
import { type Golden, goldenStep } from './step.js';

export async function step(encoder: EncoderName, golden: Golden, options: WasmBackendOptions) {
  setBackend(await openWasmBackend(options));
  const { loss, maps, gradientNorm } = goldenStep(encoder, golden);
  return { loss, gradientNorm, probability: Array.from(golden.pred.prob.at, (place) => maps.prob[place]!) };
}
