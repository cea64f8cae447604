/** Mouse, pen and fingers on the picture, as what they do to its texts. */
import { distance, type Point } from 'inkstone-detect/geometry';
import type { Editor } from './editor.js';
import { textAt } from './edits.js';
import type { Drag, Gestures, Press } from './gestures.js';

/** How near a corner counts as on it, pixels of the stage. */
const REACH = { mouse: 10, finger: 24 };

export function editorGestures(editor: Editor): Gestures {
  const at = (point: Point): Point => editor.stage.toPicture(point);
  const pan = (dx: number, dy: number) => editor.stage.pan(dx, dy);

  return {
    press(press) {
      if (press.isPan) return panning(press, () => {});
      const point = at(press.at);
      if (editor.mode === 'add') return adding(point);
      if (editor.mode === 'split') return cutting(point);
      const under = textAt(editor.texts, point);
      if (editor.mode === 'merge') return panning(press, () => under >= 0 && editor.merge(under));
      const corner = cornerAt(press);
      if (corner !== undefined) return draggingCorner(corner, point);
      if (press.isMore && under < 0) return adding(point);
      const choose = () => editor.choose(chosenWith(under, press.isMore));
      // What is not chosen yet is not moved: on a dense receipt nearly every way to move the picture begins on a text.
      return under >= 0 && editor.only === under ? moving(under, point, choose) : panning(press, choose);
    },
    hover(point) {
      if (editor.mode === 'split') editor.previewCut(at(point));
      else editor.stage.element.style.cursor = cursorAt(point);
    },
    pan,
    zoom: (factor, point) => editor.stage.zoom(factor, point),
  };

  function panning({ at: start }: Press, click: () => void): Drag {
    let last = start;
    return {
      move(to) {
        pan(to[0] - last[0], to[1] - last[1]);
        last = to;
      },
      end: (_, isClick) => isClick && click(),
      cancel: () => {},
    };
  }

  function adding(from: Point): Drag {
    return {
      move: (to) => editor.previewAdded(from, at(to)),
      end: (to, isClick) => (isClick ? editor.turnTo(editor.mode) : editor.add(from, at(to))),
      cancel: () => editor.turnTo(editor.mode),
    };
  }

  function cutting(from: Point): Drag {
    editor.previewCut(from);
    return {
      move: (to) => editor.previewCut(at(to)),
      end: (to) => editor.split(at(to)),
      cancel: () => editor.turnTo('split'),
    };
  }

  function draggingCorner(corner: number, from: Point): Drag {
    const index = editor.only!;
    const place = editor.texts[index]!.polygon[corner]!;
    // The corner stays under the pointer, and does not jump to it.
    const texts = (to: Point) => {
      const [x, y] = at(to);
      return editor.withCornerAt(index, corner, [place[0] + x - from[0], place[1] + y - from[1]]);
    };
    return {
      move: (to) => editor.preview(texts(to)),
      end: (to, isClick) =>
        isClick ? editor.preview(undefined) : editor.change(texts(to), [index], 'Corner moved'),
      cancel: () => editor.preview(undefined),
    };
  }

  function moving(index: number, from: Point, click: () => void): Drag {
    const texts = (to: Point) => {
      const [x, y] = at(to);
      return editor.movedBy(index, x - from[0], y - from[1]);
    };
    return {
      move: (to) => editor.preview(texts(to)),
      end: (to, isClick) => (isClick ? click() : editor.change(texts(to), [index], 'Text moved')),
      cancel: () => editor.preview(undefined),
    };
  }

  function cornerAt({ at: point, isFinger }: Pick<Press, 'at' | 'isFinger'>): number | undefined {
    if (editor.only === undefined) return undefined;
    const corners = editor.texts[editor.only]!.polygon.map((corner) =>
      distance(editor.stage.toStage(corner), point),
    );
    const nearest = Math.min(...corners);
    return nearest <= (isFinger ? REACH.finger : REACH.mouse) ? corners.indexOf(nearest) : undefined;
  }

  function chosenWith(index: number, isMore: boolean): readonly number[] {
    if (index < 0) return [];
    if (!isMore) return [index];
    return editor.chosen.includes(index)
      ? editor.chosen.filter((other) => other !== index)
      : [...editor.chosen, index];
  }

  function cursorAt(point: Point): string {
    if (editor.mode === 'add') return 'crosshair';
    if (cornerAt({ at: point, isFinger: false }) !== undefined) return 'move';
    const under = textAt(editor.texts, at(point));
    if (under < 0) return 'grab';
    return editor.only === under ? 'move' : 'pointer';
  }
}
