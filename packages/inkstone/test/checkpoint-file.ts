/** A checkpoint of a fresh network, for tests. */
import { writeFileSync } from 'node:fs';
import { createNetwork } from '../src/detection/index.js';
import { encodeSafetensors } from '../src/nn/index.js';
import { loadRunConfig } from '../src/runs/index.js';
import { describeModel } from '../src/runs/load-model.js';

export function writeCheckpoint(file: string, overrides: readonly string[]): void {
  const { config } = loadRunConfig({ overrides });
  const network = createNetwork(config.model);
  const inkstone = { model: describeModel(config, network), step: 0, metrics: {} };
  const metadata = { inkstone: JSON.stringify(inkstone) };
  writeFileSync(file, encodeSafetensors({ tensors: network.stateDict(), metadata }));
}
