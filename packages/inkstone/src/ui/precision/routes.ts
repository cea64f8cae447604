/** `/api/precision`: the verdicts of `validate-precision`, which it writes into the folder of runs. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Hono } from 'hono';
import { costTable, measuresTable, type Report, readReport, runsTable } from '../../studies/index.js';
import { fileIn, pathInside } from '../folders.js';
import type { PrecisionReport, Verdict } from '../protocol.js';
import { RunsFolder, trialName } from '../runs/runs-folder.js';

const REPORT = 'report.json';

export function precisionRoutes(runs: string): Hono {
  const app = new Hono();

  app.get('/', (c) => c.json(verdictsIn(runs)));

  app.get('/:study/:candidate', (c) => {
    const { study, candidate } = c.req.param();
    const file = reportOf(runs, study, candidate);
    if (file === undefined) return c.json({ error: 'there is no such report' }, 404);
    const report = readReport(file);
    const [{ baseline, candidate: other }] = report.trials as [(typeof report.trials)[number]];
    const answer: PrecisionReport = {
      verdict: report.verdict,
      reason: report.reason,
      remarks: report.remarks,
      tables: [
        { title: 'Scores', ...measuresTable(report) },
        { title: 'Cost', ...costTable(report) },
        { title: 'Runs', ...runsTable(report) },
      ],
      trials: trialsOf(report, new RunsFolder(runs), study),
      curves: [
        { title: 'Loss', lines: { fp32: baseline.curves.loss, [report.candidate]: other.curves.loss } },
        { title: 'H-mean', lines: { fp32: baseline.curves.hmean, [report.candidate]: other.curves.hmean } },
      ],
    };
    return c.json(answer);
  });

  return app;
}

/** Runs that were moved or removed since cannot be opened. */
function trialsOf({ trials }: Report, runs: RunsFolder, study: string): PrecisionReport['trials'] {
  return trials.flatMap(({ seed, baseline, candidate }) => {
    const names = [baseline, candidate].map(({ folder }) => trialName(study, basename(folder)));
    return names.every((name) => runs.folderOf(name)) ? [{ seed, runs: names }] : [];
  });
}

function verdictsIn(runs: string): Verdict[] {
  return foldersIn(runs).flatMap((study) =>
    foldersIn(join(runs, study)).flatMap((candidate): Verdict[] => {
      const file = reportOf(runs, study, candidate);
      if (file === undefined) return [];
      try {
        const { verdict, reason } = readReport(file);
        return [{ study, candidate, verdict, reason }];
      } catch (error) {
        // A damaged report must not hide the others.
        return [{ study, candidate, verdict: null, reason: (error as Error).message }];
      }
    }),
  );
}

/** `<runs>/<exp_name>-precision/<candidate>/report.json`. */
function reportOf(runs: string, study: string, candidate: string): string | undefined {
  const folder = pathInside(runs, join(study, candidate));
  return folder && fileIn(folder, REPORT)?.path;
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
