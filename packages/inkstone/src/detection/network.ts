import type { Network } from 'inkstone-detect';
import { noGrad, tidy } from '../tensor/index.js';
import { normalizeImages } from './dbnet.js';
import type { DetectionNetwork } from './networks.js';

/** A network in evaluation mode as `inkstone-detect` runs it, its forward pass in the precision given. */
export function asNetwork(model: DetectionNetwork, precision: { forward<T>(body: () => T): T }): Network {
  return {
    run: ({ data, width, height }) =>
      tidy(() =>
        noGrad(() =>
          precision.forward(() => {
            const pixels = normalizeImages(data, 1, height, width, model.normalization);
            const map = model.call(pixels).probability.read();
            return map instanceof Float32Array ? map : Float32Array.from(map);
          }),
        ),
      ),
  };
}
