/** A canvas over a part of the stage, on a layer of its own: what is drawn on it costs the browser as much as it is large. */
import type { BoundingBox } from 'inkstone-detect/geometry';
import { element } from '../element.js';

/** Pixels of the screen. A canvas is made anew when its size changes, so it grows in steps. */
const STEP = 64;

export class Sheet {
  readonly element = element('canvas', { 'aria-hidden': 'true' });

  /** Draws it anew, with what `paint` draws within the bounds, pixels of the stage; undefined: there is nothing to draw. */
  draw(bounds: BoundingBox | undefined, paint: (g: CanvasRenderingContext2D) => void): void {
    const canvas = this.element;
    canvas.hidden = bounds === undefined;
    if (bounds === undefined) return;
    const ratio = devicePixelRatio;
    // By whole pixels of the screen: it would be blurred otherwise.
    const [left, top] = [Math.floor(bounds.minX * ratio), Math.floor(bounds.minY * ratio)];
    const [width, height] = [inSteps(bounds.maxX * ratio - left), inSteps(bounds.maxY * ratio - top)];
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
    }
    canvas.style.transform = `translate(${left / ratio}px, ${top / ratio}px)`;
    const g = canvas.getContext('2d')!;
    g.resetTransform();
    g.clearRect(0, 0, width, height);
    g.setTransform(ratio, 0, 0, ratio, -left, -top);
    g.lineJoin = 'round';
    paint(g);
  }
}

const inSteps = (length: number): number => STEP * Math.max(1, Math.ceil(length / STEP));
