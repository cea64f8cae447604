/**
 * The picture and the outlines on it, on two layers. The picture, with the outlines that nobody is at work on, is drawn as it is seen, and then
 * only moved by the compositor, which also scales it until the scale has come to rest. In a frame of a drag only what is dragged is drawn, on
 * a layer that is no larger than that.
 */
import { type BoundingBox, boundingBox, type Point, type Polygon } from 'inkstone-detect/geometry';
import { element } from '../element.js';
import { type Drawing, drawMoving, movingBounds, still } from './draw.js';
import type { Size } from './edits.js';
import { Outlines } from './outlines.js';
import { Sheet } from './sheet.js';
import { lookingAt, panned, showing, toPicture, toStage, type View, whole, zoomed } from './view.js';

/** The scale has come to rest when it has not changed for so long, milliseconds. */
const REST = 150;
/** Until then the picture is scaled as it was drawn, within these bounds: a smaller one would need too much of it drawn, a larger one is blurred. */
const [LEAST_FACTOR, LARGEST_FACTOR] = [0.5, 4];

export class Stage {
  readonly element: HTMLElement;
  readonly #picture: HTMLImageElement;
  /** Of the picture, with outlines. */
  readonly #layer: HTMLElement;
  readonly #outlines: Outlines;
  readonly #moving = new Sheet();
  readonly #drawing: () => Drawing;
  readonly #size: Size;
  #view: View | undefined;
  /** At which the picture is drawn; undefined: it is not drawn yet. */
  #drawnScale: number | undefined;
  /** Until the scale has come to rest. */
  #scaling: ReturnType<typeof setTimeout> | undefined;
  /** Pixels of the screen to one of the stage, when the picture was drawn. */
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
    this.#outlines = new Outlines(size);
    this.#layer = element('div', { class: 'layer' }, this.#picture, this.#outlines.element);
    this.element = element(
      'div',
      { class: 'stage', tabindex: 0, ...attributes },
      this.#layer,
      this.#moving.element,
    );
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this.element);
    onRatioChange(() => this.#fit(), left);
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
      if (this.#ratio !== devicePixelRatio) this.#drawnScale = undefined;
      this.#ratio = devicePixelRatio;
      const view = this.#shown;
      const drawing = this.#drawing();
      this.#showPicture(view, drawing);
      this.#moving.draw(this.#within(movingBounds(view, drawing)), (g) => drawMoving(g, view, drawing));
    });
  }

  #showPicture({ scale, x, y }: View, drawing: Drawing): void {
    const drawnScale = this.#scaleToDraw(scale);
    if (drawnScale !== this.#drawnScale) {
      this.#drawnScale = drawnScale;
      for (const side of ['width', 'height'] as const) {
        const length = this.#size[side] * drawnScale;
        for (const { style } of [this.#picture, this.#outlines.element]) style[side] = `${length}px`;
        // A layer that ends within a pixel of the screen is not opaque.
        this.#layer.style[side] = `${onScreen(length, Math.ceil)}px`;
      }
    }
    this.#outlines.draw(still(drawing));
    this.#layer.style.transform = `translate(${x}px, ${y}px) scale(${scale / drawnScale})`;
  }

  #scaleToDraw(scale: number): number {
    if (this.#drawnScale === undefined || this.#scaling === undefined) return scale;
    const factor = scale / this.#drawnScale;
    return factor < LEAST_FACTOR || factor > LARGEST_FACTOR ? scale : this.#drawnScale;
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
    return { scale, x: onScreen(x, Math.round), y: onScreen(y, Math.round) };
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
    if (this.#isWhole) this.#view = undefined;
    this.redraw();
  }
}

/** Calls back when the screen has more or fewer pixels to one of the page than before: another screen, or the browser's own zoom. */
function onRatioChange(changed: () => void, left: AbortSignal): void {
  const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  const look = () => {
    changed();
    onRatioChange(changed, left);
  };
  same.addEventListener('change', look, { once: true, signal: left });
}

/** In whole pixels of the screen. */
const onScreen = (length: number, round: (pixels: number) => number): number =>
  round(length * devicePixelRatio) / devicePixelRatio;
