import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/receipt-folder.js';
import { type Report, readReport } from '../../studies/index.js';
import { serveForTest } from '../server.testing.js';

/** One that a validation wrote. */
const KEPT = new URL('../../../../../docs/results/sroie-bf16_safe/report.json', import.meta.url);

function writeReport(runs: string, study: string, candidate: string, text: string): string {
  const folder = join(runs, study, candidate);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), text);
  return folder;
}

const kept = (changes: Partial<Report> = {}): string =>
  JSON.stringify({ ...readReport(KEPT.pathname), ...changes });

describe('/api/precision', () => {
  it('has no verdicts before the first', async () => {
    const { askAsPage } = await serveForTest();
    expect(JSON.parse((await askAsPage('/api/precision')).text)).toEqual([]);
  });

  it('lists verdicts, a damaged report with what is wrong with it, and nothing that links lead to', async () => {
    const [runs, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeReport(runs, 'sroie-precision', 'bf16_safe', kept());
    writeReport(runs, 'sroie-precision', 'fp16_unsafe', '{"verdict":"ACCEPTABLE"}');
    symlinkSync(writeReport(elsewhere, 'other', 'bf16', kept()), join(runs, 'sroie-precision/link'));
    const { askAsPage } = await serveForTest({ runs });
    expect(JSON.parse((await askAsPage('/api/precision')).text)).toEqual([
      {
        study: 'sroie-precision',
        candidate: 'bf16_safe',
        verdict: 'ACCEPTABLE',
        reason: "CLEval H-mean 0.9884 is 0.02 % below fp32's 0.9886",
      },
      {
        study: 'sroie-precision',
        candidate: 'fp16_unsafe',
        verdict: null,
        reason: expect.stringContaining('report.json: is not as Inkstone writes it'),
      },
    ]);
    for (const path of ['sroie-precision/link', 'sroie-precision/other', '..%2f/x', 'sroie-precision/..']) {
      expect((await askAsPage(`/api/precision/${path}`)).status).toBe(404);
    }
  });

  it('shows a report in the tables that people read elsewhere, with both curves', async () => {
    const runs = temporaryFolder();
    const { trials } = readReport(KEPT.pathname);
    const [first] = trials;
    const curves = { ...first!.candidate.curves, loss: [[10, 2.5] as const] };
    const changed = { ...first!, candidate: { ...first!.candidate, curves } };
    writeReport(runs, 'sroie-precision', 'bf16_safe', kept({ trials: [changed] }));
    const { askAsPage } = await serveForTest({ runs });
    const report = JSON.parse((await askAsPage('/api/precision/sroie-precision/bf16_safe')).text);
    expect(report.tables.map(({ title }: { title: string }) => title)).toEqual(['Scores', 'Cost', 'Runs']);
    expect(report.tables[0].rows[0]).toEqual([
      'CLEval H-mean',
      '0.9886',
      '0.9884',
      '-0.02 %',
      '0.22 %',
      'ACCEPTABLE',
    ]);
    expect(report.curves[0]).toEqual({ title: 'Loss', lines: { fp32: [], bf16_safe: [[10, 2.5]] } });
  });
});
