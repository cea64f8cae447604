/**
 * Finds text on a picture in the browser. `?model=/model.onnx&picture=/receipt.jpg` loads both from addresses,
 * `&provider=wasm` or `webgpu` says what runs it.
 */
import { TextDetector } from 'inkstone-detect';
import * as runtime from 'onnxruntime-web';

const asked = new URLSearchParams(location.search);
const element = (id) => document.getElementById(id);
const say = (text) => {
  element('status').textContent = text;
};
let detector;

/** @param source a file or an address */
async function loadModel(source) {
  say('Loading the detector …');
  await detector?.dispose();
  // WebGPU where the browser has it, else WebAssembly.
  const executionProviders = asked.has('provider')
    ? [asked.get('provider')]
    : navigator.gpu
      ? ['webgpu', 'wasm']
      : ['wasm'];
  detector = await TextDetector.load(source, { runtime, sessionOptions: { executionProviders } });
  say('Choose a picture.');
}

/** @param picture a file */
async function find(picture) {
  if (!detector) return say('Choose a detector first.');
  say('Looking …');
  const started = performance.now();
  const texts = await detector.detect(picture);
  say(`${texts.length} texts in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await draw(picture, texts);
  element('texts').textContent = JSON.stringify(texts);
}

async function draw(picture, texts) {
  const bitmap = await createImageBitmap(picture);
  const canvas = element('canvas');
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  context.strokeStyle = '#d32';
  context.lineWidth = Math.max(1, bitmap.width / 400);
  for (const { polygon } of texts) {
    context.beginPath();
    for (const [x, y] of polygon) context.lineTo(x, y);
    context.closePath();
    context.stroke();
  }
}

/** Shows what went wrong instead of leaving it to the console. */
const shown = (work) => work.catch((error) => say(error.message));

element('model').onchange = ({ target }) => shown(loadModel(target.files[0]));
element('picture').onchange = ({ target }) => shown(find(target.files[0]));

if (asked.has('model')) {
  await shown(loadModel(asked.get('model')));
  if (asked.has('picture'))
    await shown(fetch(asked.get('picture')).then(async (file) => find(await file.blob())));
}
