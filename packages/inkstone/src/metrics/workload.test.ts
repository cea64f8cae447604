import type { Polygon } from 'inkstone-detect/geometry';
import { describe, expect, it } from 'vitest';
import { rounds, TIMEOUT_MS } from '../../test/soak/rounds.js';
import { METRICS } from './metrics.js';
import { workloadFault } from './workload.js';

const COUNT = 2000;
/** All over all costs the square of it. */
const PILED = rounds(COUNT, 400);
const box = (x: number, y: number): Polygon => [
  [x, y],
  [x + 100, y],
  [x + 100, y + 20],
  [x, y + 20],
];
const star: Polygon = Array.from({ length: 100 }, (_, i) => {
  const angle = (i / 50) * Math.PI;
  const radius = i % 2 === 0 ? 50 : 20;
  return [50 + radius * Math.cos(angle), 50 + radius * Math.sin(angle)];
});
const text = (polygon: Polygon, ignore = false) => ({ polygon, ignore, transcript: ignore ? '###' : 'text' });
const pile = Array.from({ length: PILED }, (_, i) => box((i * 7) % 50, (i * 3) % 10));
/** Of processor time, for what took a minute and two gigabytes when there was an object for every pair. */
const PATIENCE_S = 20;

describe('thousands of texts and results on each other', () => {
  it.each(METRICS.map((metric) => [metric.name, metric] as const))(
    'are scored by %s in seconds',
    (_, metric) => {
      const start = process.cpuUsage().user;
      const scores = metric.create().add(
        pile.map((polygon) => text(polygon)),
        pile.map((polygon) => ({ polygon })),
      );
      expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(PATIENCE_S);
      expect(scores.recall).toBeGreaterThanOrEqual(0);
      expect(
        workloadFault(
          pile.map((polygon) => text(polygon)),
          pile.map((polygon) => ({ polygon })),
        ),
      ).toBeNull();
    },
    TIMEOUT_MS,
  );

  it('are refused when they have too many corners, or lie on ignored texts besides', () => {
    const stars = Array.from({ length: 200 }, () => star);
    expect(
      workloadFault(
        stars.map((polygon) => text(polygon)),
        stars.map((polygon) => ({ polygon })),
      ),
    ).toMatch(/^too many of its 200 texts and 200 results lie on each other to be scored$/);
    const ignored = [...Array.from({ length: COUNT }, () => text(box(0, 0))), text(box(0, 0), true)];
    expect(workloadFault(ignored, [])).toMatch(/^too many of its 2001 texts and 0 results/);
  });

  it('are not refused when they lie side by side', () => {
    const page = Array.from({ length: COUNT }, (_, i) => box(110 * (i % 40), 30 * Math.floor(i / 40)));
    const whole: Polygon = [
      [0, 0],
      [5000, 0],
      [5000, 5000],
      [0, 5000],
    ];
    const texts = [...page.map((polygon) => text(polygon)), text(whole, true)];
    expect(
      workloadFault(
        texts,
        page.map((polygon) => ({ polygon })),
      ),
    ).toBeNull();
  });
});
