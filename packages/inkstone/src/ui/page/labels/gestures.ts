/** What mouse, pen and fingers mean on the stage. */
import type { Point } from 'inkstone-detect/geometry';

/** A press that went on: told of each move, then of its end. */
export interface Drag {
  move(to: Point): void;
  /** Let go. `isClick`: it has hardly moved. */
  end(at: Point, isClick: boolean): void;
  /** It became something else: a second finger came, the system took it away. */
  cancel(): void;
}

export interface Press {
  /** On the stage. */
  readonly at: Point;
  /** Fingers are less exact than a mouse. */
  readonly isFinger: boolean;
  /** With Shift. */
  readonly isMore: boolean;
  /** Middle button: moves the picture, whatever is under it. */
  readonly isPan: boolean;
}

export interface Gestures {
  press(press: Press): Drag;
  /** A mouse moves without a button. */
  hover(at: Point): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
}

/** Pixels that a hand moves while it clicks. */
const CLICK = { mouse: 3, finger: 8 };
/** Of a wheel's turn, for the zoom to double: a notch of a mouse's wheel is about 100. */
const DOUBLED_BY = 300;
const LINE = 16;

export function listenToGestures(stage: HTMLElement, gestures: Gestures, left: AbortSignal): void {
  const fingers = new Map<number, Point>();
  let drag:
    | { readonly id: number; readonly start: Point; readonly press: Press; readonly drag: Drag }
    | undefined;
  let hasMoved = false;
  const place = (event: MouseEvent): Point => {
    const { left: x, top: y } = stage.getBoundingClientRect();
    return [event.clientX - x, event.clientY - y];
  };

  const down = (event: PointerEvent) => {
    if (event.button > 1) return;
    const at = place(event);
    const isFinger = event.pointerType === 'touch';
    if (isFinger) {
      fingers.set(event.pointerId, at);
      // As a mouse does: keys are meant for the picture now.
      stage.focus();
    }
    stage.setPointerCapture(event.pointerId);
    if (fingers.size > 1) {
      drag?.drag.cancel();
      drag = undefined;
      return;
    }
    const press = { at, isFinger, isMore: event.shiftKey, isPan: event.button === 1 };
    hasMoved = false;
    drag = { id: event.pointerId, start: at, press, drag: gestures.press(press) };
    // Middle buttons scroll otherwise.
    if (press.isPan) event.preventDefault();
  };

  const move = (event: PointerEvent) => {
    const at = place(event);
    if (fingers.size > 1 && fingers.has(event.pointerId)) return pinch(event.pointerId, at);
    if (drag?.id !== event.pointerId) return gestures.hover(at);
    watch(at);
    if (hasMoved) drag.drag.move(at);
  };

  const watch = (at: Point) => {
    const most = drag!.press.isFinger ? CLICK.finger : CLICK.mouse;
    hasMoved ||= Math.hypot(at[0] - drag!.start[0], at[1] - drag!.start[1]) > most;
  };

  const pinch = (id: number, at: Point) => {
    const other = [...fingers].find(([finger]) => finger !== id)![1];
    const before = fingers.get(id)!;
    fingers.set(id, at);
    const middle: Point = [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2];
    const apart = (point: Point) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
    gestures.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    gestures.zoom(apart(at) / apart(before), middle);
  };

  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (drag?.id !== event.pointerId) return;
    const at = place(event);
    watch(at);
    const ended = drag;
    drag = undefined;
    if (event.type === 'pointercancel') ended.drag.cancel();
    else ended.drag.end(at, !hasMoved);
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    // Browsers say Ctrl for two fingers on a touchpad that move apart.
    if (event.ctrlKey || event.metaKey) gestures.zoom(2 ** (-dy / DOUBLED_BY), place(event));
    else if (event.shiftKey) gestures.pan(-dy, -dx);
    else gestures.pan(-dx, -dy);
  };

  // To the browser a finger that leaves quickly throws the page, even one that cannot be moved, and the next tap, wherever it is, stops that
  // throw and does nothing else. What begins here is ours alone.
  stage.addEventListener('touchstart', (event) => event.preventDefault(), { signal: left, passive: false });
  stage.addEventListener('pointerdown', down, { signal: left });
  stage.addEventListener('pointermove', move, { signal: left });
  stage.addEventListener('pointerup', up, { signal: left });
  stage.addEventListener('pointercancel', up, { signal: left });
  stage.addEventListener('wheel', wheel, { signal: left, passive: false });
}
