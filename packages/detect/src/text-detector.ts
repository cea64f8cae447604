/** A trained detector, from its file to polygons on images of whatever kind. */
import type { Detection, PostprocessOptions } from './boxes.js';
import { decodeInBrowser } from './decode-in-browser.js';
import { ModelError } from './description.js';
import { detectText, type Network } from './detect.js';
import type { FittedImage } from './image.js';
import { describeOnnx, type LoadedNetwork, type OnnxRuntime, onnxNetwork } from './onnx-network.js';
import { type Pixels, rgbOf } from './pixels.js';
import { type BytesSource, readBytes } from './read-bytes.js';
import { fitPixels } from './resize.js';
import { inTiles } from './tiles.js';

/** An image file (a path in Node, an address, its bytes), or pixels. */
export type ImageSource = BytesSource | Pixels;

/** Decodes an image file and brings its longest side to `size`. @throws ImageError */
export type Decode = (bytes: Uint8Array, size: number) => Promise<FittedImage>;

export interface DetectorSettings {
  /** Longest side, in pixels, that images are brought to. */
  readonly size: number;
  /**
   * The network sees tiles of at most this many pixels a side, a multiple of 32, instead of the whole image: for a `size` far beyond
   * what it was trained on.
   */
  readonly tile?: number;
  readonly postprocess?: PostprocessOptions;
  /** Default: the browser's own decoders; in Node pass that of `inkstone-detect/sharp`. */
  readonly decode?: Decode;
}

export interface LoadOptions extends Partial<DetectorSettings> {
  /** ONNX Runtime: `import * as runtime from 'onnxruntime-node'`, or `'onnxruntime-web'`. */
  readonly runtime: OnnxRuntime;
  /** ONNX Runtime's own, e.g. `{ executionProviders: ['webgpu'] }`. */
  readonly sessionOptions?: object;
}

export class TextDetector {
  readonly #network: Network;
  readonly #release: () => void | Promise<void>;
  readonly #settings: DetectorSettings;

  /** With any network, such as Inkstone's own engine. `load` takes everything from an exported file. */
  constructor(network: Network & Partial<LoadedNetwork>, settings: DetectorSettings) {
    this.#network = settings.tile === undefined ? network : inTiles(network, settings.tile);
    this.#release = () => network.dispose?.();
    this.#settings = settings;
  }

  /**
   * Loads what `inkstone export` wrote. Image size and post-processing are those of the file unless the options say otherwise.
   *
   * @throws ModelError for a file that is no exported detector
   */
  static async load(source: BytesSource, options: LoadOptions): Promise<TextDetector> {
    const { runtime, sessionOptions, ...settings } = options;
    const model = await readBytes(source);
    try {
      const { size, postprocess } = describeOnnx(model);
      const network = await onnxNetwork(runtime, model, sessionOptions);
      return new TextDetector(network, {
        size,
        ...settings,
        postprocess: { ...postprocess, ...settings.postprocess },
      });
    } catch (error) {
      const isNamed = typeof source === 'string' || source instanceof URL;
      throw isNamed && error instanceof ModelError ? new ModelError(`${source}: ${error.message}`) : error;
    }
  }

  /**
   * Texts in the order of their topmost pixels, in pixels of the upright image.
   *
   * @throws ImageError for an image that cannot be used
   */
  async detect(image: ImageSource, options: PostprocessOptions = {}): Promise<Detection[]> {
    const { image: fitted, original } = await this.#fit(image);
    return detectText(this.#network, fitted, original, { ...this.#settings.postprocess, ...options });
  }

  /** Frees what the runtime holds. */
  async dispose(): Promise<void> {
    await this.#release();
  }

  async #fit(image: ImageSource): Promise<FittedImage> {
    const { size, decode = decodeInBrowser } = this.#settings;
    return isPixels(image) ? fitPixels(rgbOf(image), size) : decode(await readBytes(image), size);
  }
}

function isPixels(image: ImageSource): image is Pixels {
  return typeof image === 'object' && 'width' in image;
}
