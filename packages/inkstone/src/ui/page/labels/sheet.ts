/** A canvas over a part of the stage, on a layer of its own: what is drawn on it costs the browser as much as it is large. */
import type { BoundingBox } from 'inkstone-detect/geometry';
import { element } from '../element.js';

/** Pixels of the screen. A canvas is made anew when its size changes, so it grows in steps. */
const STEP = 64;

export class Sheet {
  readonly element = element('canvas', { 'aria-hidden': 'true' });
  /** Of the canvas's upper left corner, pixels of the screen. */
  #left = 0;
  #top = 0;

  /** Draws it anew, with what `paint` draws within the bounds, pixels of the stage; undefined: there is nothing to draw. */
  draw(bounds: BoundingBox | undefined, paint: (g: CanvasRenderingContext2D) => void): void {
    const canvas = this.element;
    canvas.hidden = bounds === undefined;
    if (bounds === undefined) return;
    const ratio = devicePixelRatio;
    this.#left = Math.floor(bounds.minX * ratio);
    this.#top = Math.floor(bounds.minY * ratio);
    const width = inSteps(bounds.maxX * ratio - this.#left);
    const height = inSteps(bounds.maxY * ratio - this.#top);
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
    }
    this.move(0, 0, 1);
    const g = canvas.getContext('2d')!;
    g.resetTransform();
    g.clearRect(0, 0, width, height);
    g.setTransform(ratio, 0, 0, ratio, -this.#left, -this.#top);
    g.lineJoin = 'round';
    paint(g);
  }

  /** Scales it as it was drawn, and moves it by whole pixels of the screen: it would be blurred otherwise. */
  move(dx: number, dy: number, scale: number): void {
    const ratio = devicePixelRatio;
    const [x, y] = [this.#left * scale + dx * ratio, this.#top * scale + dy * ratio].map(Math.round);
    this.element.style.transform = `translate(${x! / ratio}px, ${y! / ratio}px) scale(${scale})`;
  }
}

const inSteps = (length: number): number => STEP * Math.max(1, Math.ceil(length / STEP));
