/**
 * The picture and the outlines on it, on three layers. The picture, and the outlines that nobody is at work on, are drawn as they are seen, and then
 * only moved by the compositor, which also scales them until the scale has come to rest. In a frame of a drag only what is dragged is drawn, on
 * a layer that is no larger than that.
 */
import { type BoundingBox, boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import { element } from '../element.js';
import {
  type Drawing,
  drawMoving,
  drawStill,
  isSameStill,
  movingBounds,
  type Still,
  stillOf,
} from './draw.js';
import type { Size } from './edits.js';
import { Sheet } from './sheet.js';
import { lookingAt, panned, showing, toPicture, toStage, type View, whole, zoomed } from './view.js';

/** Still outlines are drawn so far beyond the stage that the picture can be moved without drawing them again. */
const SPARE = 96;
/** The scale has come to rest when it has not changed for so long, milliseconds. */
const REST = 150;

export class Stage {
  readonly element: HTMLElement;
  readonly #picture: HTMLImageElement;
  readonly #still = new Sheet();
  readonly #moving = new Sheet();
  readonly #drawing: () => Drawing;
  readonly #size: Size;
  /** What the sheet of that name shows; undefined: nothing yet. */
  #drawnStill: (Still & { readonly view: View }) | undefined;
  #view: View | undefined;
  /** At which the picture is drawn. */
  #drawnScale = 1;
  /** Until the scale has come to rest. */
  #scaling: ReturnType<typeof setTimeout> | undefined;
  /** Pixels of the screen to one of the stage, when the outlines were drawn. */
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
    this.element = element(
      'div',
      { class: 'stage', tabindex: 0, ...attributes },
      this.#picture,
      this.#still.element,
      this.#moving.element,
    );
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this.element);
    left.addEventListener('abort', () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#scaling);
    });
  }

  /** Where a point of the stage lies on the picture. */
  toPicture(point: Point): Point {
    return toPicture(this.#shown, point);
  }

  toStage(point: Point): Point {
    return toStage(this.#shown, point);
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
      if (this.#ratio !== devicePixelRatio) this.#drawnStill = undefined;
      this.#ratio = devicePixelRatio;
      const view = this.#shown;
      this.#showPicture(view);
      const drawing = this.#drawing();
      this.#showStill(view, stillOf(drawing));
      this.#moving.draw(this.#within(movingBounds(view, drawing)), (g) => drawMoving(g, view, drawing));
    });
  }

  #showPicture({ scale, x, y }: View): void {
    if (this.#scaling === undefined) {
      // Enlarged it would take memory for what is not seen.
      this.#drawnScale = Math.min(1, scale);
      this.#picture.style.width = `${this.#size.width * this.#drawnScale}px`;
      this.#picture.style.height = `${this.#size.height * this.#drawnScale}px`;
    }
    this.#picture.style.transform = `translate(${x}px, ${y}px) scale(${scale / this.#drawnScale})`;
  }

  #showStill(view: View, still: Still): void {
    const drawn = this.#drawnStill;
    const { width, height } = this.#room;
    if (drawn !== undefined && isSameStill(drawn, still)) {
      const factor = view.scale / drawn.view.scale;
      const [dx, dy] = [view.x - drawn.view.x * factor, view.y - drawn.view.y * factor];
      const covers = (moved: number, length: number): boolean =>
        moved - SPARE * factor <= 0 && moved + (length + SPARE) * factor >= length;
      if ((factor === 1 || this.#scaling !== undefined) && covers(dx, width) && covers(dy, height)) {
        this.#still.move(dx, dy, factor);
        return;
      }
    }
    const bounds = { minX: -SPARE, minY: -SPARE, maxX: width + SPARE, maxY: height + SPARE };
    this.#still.draw(bounds, (g) => drawStill(g, view, still));
    this.#drawnStill = { ...still, view };
  }

  /** What of it is on the stage. */
  #within(bounds: BoundingBox | undefined): BoundingBox | undefined {
    if (bounds === undefined) return undefined;
    const { width, height } = this.#room;
    const [minX, maxX] = [Math.max(0, bounds.minX), Math.min(width, bounds.maxX)];
    const [minY, maxY] = [Math.max(0, bounds.minY), Math.min(height, bounds.maxY)];
    return minX < maxX && minY < maxY ? { minX, minY, maxX, maxY } : undefined;
  }

  get #room(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  get #seen(): View {
    this.#view ??= whole(this.#room, this.#size);
    return this.#view;
  }

  /** Moved by whole pixels of the screen: a layer that is moved by less is blurred, and takes the compositor longer. */
  get #shown(): View {
    const { scale, x, y } = this.#seen;
    const rounded = (at: number): number => Math.round(at * devicePixelRatio) / devicePixelRatio;
    return { scale, x: rounded(x), y: rounded(y) };
  }

  #look(view: View): void {
    if (view.scale !== this.#seen.scale) {
      clearTimeout(this.#scaling);
      this.#scaling = setTimeout(() => {
        this.#scaling = undefined;
        this.redraw();
      }, REST);
    }
    this.#view = view;
    this.#isWhole = false;
    this.redraw();
  }

  #fit(): void {
    this.#drawnStill = undefined;
    if (this.#isWhole) this.#view = undefined;
    this.redraw();
  }
}
