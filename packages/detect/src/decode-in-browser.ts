/** Image files to pixels with what browsers have. */
import { type FittedImage, ImageError } from './image.js';
import { type Pixels, rgbOf } from './pixels.js';
import { fitPixels } from './resize.js';

/** The part of the browser's globals that is used; Node's types do not have them. */
interface Browser {
  createImageBitmap?(blob: Blob): Promise<Bitmap>;
  readonly OffscreenCanvas?: new (width: number, height: number) => { getContext(kind: '2d'): Context };
}

interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

interface Context {
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  drawImage(image: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): Pixels;
}

/** The `decode` of a `TextDetector` that was given none. Pictures stand upright, as EXIF says. @throws ImageError */
export async function decodeInBrowser(bytes: Uint8Array, size: number): Promise<FittedImage> {
  const { createImageBitmap, OffscreenCanvas } = globalThis as Browser;
  if (createImageBitmap === undefined || OffscreenCanvas === undefined) {
    throw new Error("nothing here decodes images: pass { decode } from 'inkstone-detect/sharp' to load");
  }
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>])).catch(() => {
    throw new ImageError(
      'unsupported',
      'it is not an image, is damaged, or of a format that is not supported',
    );
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return fitPixels(rgbOf(context.getImageData(0, 0, width, height)), size);
}
