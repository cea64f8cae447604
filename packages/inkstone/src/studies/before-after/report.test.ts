import { describe, expect, it } from 'vitest';
import { beforeAfterNotes, beforeAfterTable } from './report.js';
import type { BeforeAfter, JudgedSet } from './result.js';

const detector = { weights: 'best.safetensors' } as BeforeAfter['after'];
const hmeans = (iou: number) => ({ cleval: 0.99, iou, deteval: 0.95 });
const set = (name: string, before: number, after: number): JudgedSet => ({
  ...{ name, split: 'val', images: 3 },
  ...{ before: hmeans(before), after: hmeans(after) },
});
const result = (...sets: JudgedSet[]): BeforeAfter => ({
  ...{ metric: 'all', before: detector, after: detector },
  sets,
});
const notes = (...sets: JudgedSet[]) => beforeAfterNotes(result(...sets)).join('\n');

describe('the comparison before and after training', () => {
  it('has a row for each set and measure', () => {
    const { rows } = beforeAfterTable(result(set('val', 0.9, 0.95), set('signs', 0.8, 0.7)));
    expect(rows).toHaveLength(6);
    expect(rows[1]).toEqual(['val: IoU > 0.5 H-mean', '0.9000', '0.9500', '+0.0500']);
    expect(rows[4]).toEqual(['signs: IoU > 0.5 H-mean', '0.8000', '0.7000', '-0.1000']);
  });

  it('names what was lost on a second set, unless chance may have done it', () => {
    const val = set('val', 0.9, 0.95);
    expect(notes(val, set('signs', 0.8, 0.7))).toMatch(
      /\nForgetting: on signs \(3 images, not trained on\) the detector lost 0\.1000 of its IoU > 0\.5 H-mean\.$/,
    );
    expect(notes(val, set('signs', 0.8, 0.796))).toMatch(
      /\nNo forgetting: on signs .* \(CLEval: 0\.002, IoU > 0\.5: 0\.005, DetEval: 0\.02\)\.$/,
    );
    const fallen = { ...set('signs', 0.8, 0.8), after: { cleval: 0.987, iou: 0.8, deteval: 0.935 } };
    expect(notes(val, fallen)).toMatch(/the detector lost 0\.0030 of its CLEval H-mean\.$/);
  });

  it('says how to see what was forgotten when there is no second set', () => {
    expect(notes(set('val', 0.9, 0.95))).toMatch(/before_after\.also=\[path\/to\/data\]/);
  });

  it('says when training gained nothing', () => {
    expect(notes(set('val', 0.9, 0.9))).toMatch(/gained nothing on val/);
    expect(notes(set('val', 0.9, 0.91))).not.toMatch(/gained nothing/);
  });
});
