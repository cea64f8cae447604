/** What is printed on a receipt beside its texts. A sheet collects shapes; they are drawn when the paper is there. */
import { type Context, trace } from './paint.js';

/** Draws itself where it was put, in points; fill and stroke have the printer's colour. */
export type Shape = (g: Context) => void;

/** @param dash lengths of dashes and gaps, points; none: a line without gaps */
export function rule(x: number, y: number, width: number, thickness: number, dash: number[] = []): Shape {
  return (g) => {
    g.lineWidth = thickness;
    g.setLineDash(dash);
    trace(g, [x, y, x + width, y]);
    g.stroke();
    g.setLineDash([]);
  };
}

export function frame(x: number, y: number, width: number, height: number): Shape {
  return (g) => {
    g.lineWidth = 1.2;
    g.strokeRect(x, y, width, height);
  };
}

/** @param modules widths of bars and gaps in turn, as shares of their sum */
export function bars(x: number, y: number, width: number, height: number, modules: number[]): Shape {
  return (g) => {
    const unit = width / modules.reduce((sum, module) => sum + module, 0);
    let left = x;
    modules.forEach((module, i) => {
      if (i % 2 === 0) g.fillRect(left, y, module * unit, height);
      left += module * unit;
    });
  };
}

/** @param cells `[row][column]`, true where it is dark */
export function matrix(x: number, y: number, side: number, cells: boolean[][]): Shape {
  return (g) => {
    const cell = side / cells.length;
    cells.forEach((row, r) => {
      row.forEach((isDark, c) => {
        if (isDark) g.fillRect(x + c * cell, y + r * cell, cell * 1.04, cell * 1.04);
      });
    });
  };
}
