/**
 * The picture and the outlines on it, on three layers: the picture is drawn once and then only moved and scaled by the compositor. So are the
 * outlines that nobody is at work on, until the scale changes or the edge of what was drawn comes near. In a frame of a drag only what is
 * dragged is drawn.
 */
import { boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import { element } from '../element.js';
import { type Drawing, drawMoving, drawStill, isSameStill, type Still, stillOf } from './draw.js';
import type { Size } from './edits.js';
import { lookingAt, panned, showing, toPicture, toStage, type View, whole, zoomed } from './view.js';

/** Still outlines are drawn so far beyond the stage that the picture can be moved without drawing them again. */
const SPARE = 96;

export class Stage {
  readonly element: HTMLElement;
  readonly #picture: HTMLImageElement;
  readonly #still = element('canvas', { 'aria-hidden': 'true' });
  readonly #moving = element('canvas', { 'aria-hidden': 'true' });
  readonly #drawing: () => Drawing;
  readonly #size: Size;
  /** What the canvas of that name shows; undefined: nothing yet. */
  #drawnStill: (Still & { readonly view: View }) | undefined;
  #view: View | undefined;
  /** Pixels of the screen to one of the stage, when the canvases were made. */
  #ratio = 0;
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
      this.#still,
      this.#moving,
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
      // The window is on another screen now.
      if (this.#ratio !== devicePixelRatio) return this.#fit();
      const view = this.#seen;
      const { scale, x, y } = view;
      this.#picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      const drawing = this.#drawing();
      this.#showStill(view, stillOf(drawing));
      drawMoving(this.#moving.getContext('2d')!, view, drawing);
    });
  }

  #showStill(view: View, still: Still): void {
    let drawn = this.#drawnStill;
    const isNear =
      drawn?.view.scale === view.scale &&
      Math.abs(view.x - drawn.view.x) <= SPARE &&
      Math.abs(view.y - drawn.view.y) <= SPARE;
    if (drawn === undefined || !isNear || !isSameStill(drawn, still)) {
      drawn = { ...still, view };
      drawStill(this.#still.getContext('2d')!, { ...view, x: view.x + SPARE, y: view.y + SPARE }, still);
      this.#drawnStill = drawn;
    }
    // By whole pixels of the screen: it would be blurred otherwise.
    const moved = (distance: number) => Math.round((distance - SPARE) * this.#ratio) / this.#ratio;
    const [dx, dy] = [moved(view.x - drawn.view.x), moved(view.y - drawn.view.y)];
    this.#still.style.transform = `translate(${dx}px, ${dy}px)`;
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
    this.#ratio = devicePixelRatio;
    for (const [canvas, spare] of [
      [this.#still, SPARE],
      [this.#moving, 0],
    ] as const) {
      canvas.width = Math.round((width + 2 * spare) * this.#ratio);
      canvas.height = Math.round((height + 2 * spare) * this.#ratio);
      canvas.style.width = `${canvas.width / this.#ratio}px`;
      canvas.style.height = `${canvas.height / this.#ratio}px`;
    }
    this.#drawnStill = undefined;
    if (this.#isWhole) this.#view = undefined;
    this.redraw();
  }
}
