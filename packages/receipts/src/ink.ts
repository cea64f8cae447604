/** Puts a sheet's marks on a canvas whose units are points. */
import { cssFont } from './fonts.js';
import type { Context } from './paint.js';
import type { Sheet } from './sheet.js';

/** @param inkGain how much the ink of letters spreads, in font sizes; 0 is the letter as designed */
export function drawSheet(g: Context, { printer, texts, shapes }: Sheet, inkGain: number): void {
  g.fillStyle = printer.ink;
  g.strokeStyle = printer.ink;
  for (const draw of shapes) draw(g);
  for (const mark of texts) {
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
}
