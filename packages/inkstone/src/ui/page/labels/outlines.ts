/**
 * Outlines as vectors in the layer of the picture: the browser draws both as one, and then only moves what it has drawn. They are as large as
 * the picture on the page, their lines always as wide.
 */
import type { Polygon } from 'inkstone-detect/geometry';
import type { LabelText } from '../../labels/protocol.js';
import { type Alike, HALO, HALO_WIDTH, type Style } from './draw.js';
import type { Size } from './edits.js';

const SVG = 'http://www.w3.org/2000/svg';

export class Outlines {
  readonly element: SVGElement;
  /** For each kind, in the order in which they lie over each other. */
  readonly #groups: { readonly element: SVGElement; readonly drawn: Map<LabelText, SVGElement> }[] = [];

  /** @param picture its size, in which polygons are given */
  constructor({ width, height }: Size) {
    this.element = shape('svg', {
      class: 'outlines',
      'aria-hidden': 'true',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
    });
  }

  /** Draws only what it has not drawn yet: all that lies where something changes is drawn again by the browser. */
  draw(kinds: readonly Alike[]): void {
    for (const [index, { texts, style }] of kinds.entries()) {
      const { element, drawn } = this.#group(index);
      const shown = new Set(texts);
      for (const [text, outline] of drawn) {
        if (shown.has(text)) continue;
        outline.remove();
        drawn.delete(text);
      }
      for (const text of texts) {
        if (drawn.has(text)) continue;
        const outline = outlineOf(text.polygon, style);
        element.append(outline);
        drawn.set(text, outline);
      }
    }
  }

  #group(index: number) {
    this.#groups[index] ??= { element: this.element.appendChild(shape('g', {})), drawn: new Map() };
    return this.#groups[index];
  }
}

function outlineOf(polygon: Polygon, { color, width, dash = [] }: Style): SVGElement {
  const points = polygon.join(' ');
  const outline = shape('g', {});
  outline.append(
    shape('polygon', { points, stroke: HALO, 'stroke-width': width + HALO_WIDTH }),
    shape('polygon', { points, stroke: color, 'stroke-width': width, 'stroke-dasharray': dash.join(' ') }),
  );
  return outline;
}

function shape(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`);
  return made;
}
