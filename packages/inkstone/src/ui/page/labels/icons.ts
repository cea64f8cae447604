/** Small drawings on buttons. Their names stand beside them or in the button's label. */

const SHAPES = {
  add: ['M4 7V4h3 M17 4h3v3 M20 17v3h-3 M7 20H4v-3', 'M12 8v8 M8 12h8'],
  split: ['M3 8h7v8H3z M14 8h7v8h-7z', 'M12 4v16'],
  merge: ['M3 8h18v8H3z', 'M8 12h8 M6 12l3-2.5 M6 12l3 2.5 M18 12l-3-2.5 M18 12l-3 2.5'],
  ignore: ['M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6z', 'M4 20L20 4'],
  remove: ['M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13', 'M10 11v5 M14 11v5'],
  undo: ['M8 5L4 9l4 4', 'M4 9h10a5 5 0 0 1 0 10H9'],
  redo: ['M16 5l4 4-4 4', 'M20 9H10a5 5 0 0 0 0 10h5'],
  keys: ['M3 6h18v12H3z', 'M7 10h.01 M11 10h.01 M15 10h.01 M8 14h8'],
  minus: ['M5 12h14'],
  plus: ['M12 5v14 M5 12h14'],
  whole: ['M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5'],
  previous: ['M15 5l-7 7 7 7'],
  next: ['M9 5l7 7-7 7'],
  done: ['M5 12l5 5L20 7'],
} as const;

export type IconName = keyof typeof SHAPES;

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGElement {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', shape);
    drawing.append(path);
  }
  return drawing;
}
