/**
 * The picture and the outlines on it, on two layers: the picture is drawn once and then only moved and scaled by the compositor; the
 * outlines are drawn again for each frame in which something has changed.
 */
import { boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import { element } from '../element.js';
import { type Drawing, draw } from './draw.js';
import type { Size } from './edits.js';
import { lookingAt, panned, showing, toPicture, toStage, type View, whole, zoomed } from './view.js';

export class Stage {
  readonly element: HTMLElement;
  readonly #picture: HTMLImageElement;
  readonly #canvas = element('canvas', { 'aria-hidden': 'true' });
  readonly #drawing: () => Drawing;
  readonly #size: Size;
  #view: View | undefined;
  #isWhole = true;
  #frame = 0;

  /**
   * @param size of the upright picture
   * @param drawing asked for what to draw, at most once a frame
   */
  constructor(
    address: string,
    size: Size,
    attributes: Readonly<Record<string, string>>,
    drawing: () => Drawing,
    left: AbortSignal,
  ) {
    this.#size = size;
    this.#drawing = drawing;
    this.#picture = element('img', { class: 'picture', src: address, alt: '', draggable: 'false' });
    this.#picture.style.width = `${size.width}px`;
    this.#picture.style.height = `${size.height}px`;
    this.element = element(
      'div',
      { class: 'stage', tabindex: 0, ...attributes },
      this.#picture,
      this.#canvas,
    );
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this.element);
    left.addEventListener('abort', () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
    });
  }

  /** Where a point of the stage lies on the picture. */
  toPicture(point: Point): Point {
    return toPicture(this.#seen, point);
  }

  toStage(point: Point): Point {
    return toStage(this.#seen, point);
  }

  get middle(): Point {
    const { width, height } = this.#room;
    return [width / 2, height / 2];
  }

  pan(dx: number, dy: number): void {
    this.#look(panned(this.#seen, dx, dy, this.#room, this.#size));
  }

  /** @param at the point of the stage that stays where it is */
  zoom(factor: number, at: Point = this.middle): void {
    this.#look(zoomed(this.#seen, factor, at, this.#room, this.#size));
  }

  lookAtAll(): void {
    this.#view = undefined;
    this.#isWhole = true;
    this.redraw();
  }

  /** So that the points fill a good part of it. */
  lookAt(points: Polygon): void {
    this.#look(lookingAt(boundingBox(points), this.#room, this.#size));
  }

  /** Moves no further than it takes to see the point. */
  bringIntoView(point: Point): void {
    this.#look(showing(this.#seen, point, this.#room, this.#size));
  }

  /** In the next frame. */
  redraw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const { scale, x, y } = this.#seen;
      this.#picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      draw(this.#canvas.getContext('2d')!, this.#seen, this.#drawing());
    });
  }

  get #room(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  get #seen(): View {
    this.#view ??= whole(this.#room, this.#size);
    return this.#view;
  }

  #look(view: View): void {
    this.#view = view;
    this.#isWhole = false;
    this.redraw();
  }

  #fit(): void {
    const { width, height } = this.#room;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    if (this.#isWhole) this.#view = undefined;
    this.redraw();
  }
}
