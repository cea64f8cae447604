/** Puts a sheet's marks on a canvas whose units are points. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { cssFont } from './fonts.js';
import { drawLogo } from './logos.js';
import type { ShapeMark, Sheet, TextMark } from './sheet.js';

export function drawSheet(g: SKRSContext2D, { printer, texts, shapes }: Sheet, inkGain: number): void {
  g.fillStyle = printer.ink;
  g.strokeStyle = printer.ink;
  for (const shape of shapes) drawShape(g, shape);
  for (const text of texts) drawText(g, text, inkGain);
}

/** @param inkGain how much the ink spreads, in font sizes; 0 is the letter as designed */
export function drawText(g: SKRSContext2D, mark: TextMark, inkGain: number): void {
  g.save();
  g.translate(mark.originX, mark.baseline);
  g.scale(mark.scaleX, mark.scaleY);
  g.font = cssFont(mark.face, mark.size, mark.isBold);
  g.fillText(mark.text, 0, 0);
  if (inkGain > 0) {
    g.lineWidth = inkGain * mark.size;
    g.strokeText(mark.text, 0, 0);
  }
  g.restore();
}

function drawShape(g: SKRSContext2D, shape: ShapeMark): void {
  const { x, y } = shape;
  switch (shape.kind) {
    case 'rule':
      g.lineWidth = shape.thickness;
      g.setLineDash([...shape.dash]);
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x + shape.width, y);
      g.stroke();
      g.setLineDash([]);
      break;
    case 'frame':
      g.lineWidth = 1.2;
      g.strokeRect(x, y, shape.width, shape.height);
      break;
    case 'bars': {
      const unit = shape.width / shape.modules.reduce((sum, module) => sum + module, 0);
      let left = x;
      shape.modules.forEach((module, i) => {
        if (i % 2 === 0) g.fillRect(left, y, module * unit, shape.height);
        left += module * unit;
      });
      break;
    }
    case 'matrix': {
      const cell = shape.side / shape.cells.length;
      shape.cells.forEach((row, r) => {
        row.forEach((isDark, c) => {
          if (isDark) g.fillRect(x + c * cell, y + r * cell, cell * 1.04, cell * 1.04);
        });
      });
      break;
    }
    case 'logo':
      drawLogo(g, shape.logo, x, y, shape.size);
      break;
  }
}
