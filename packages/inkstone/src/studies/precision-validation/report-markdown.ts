import { markdownTable } from '../table.js';
import { costTable, measuresTable, pairsTable, type Report, runsTable } from './report.js';

/** `report.md`: the verdict and every figure, for a pull request or a terminal. */
export function reportMarkdown(report: Report): string {
  const { candidate, candidate_precision, verdict, reason, remarks } = report;
  const blocks = [
    `# ${candidate} (${candidate_precision}) against fp32: ${verdict}`,
    `${reason}.`,
    ...remarks,
    '## Quality',
    markdownTable(measuresTable(report)),
    '## Cost',
    markdownTable(costTable(report)),
    '## Runs',
    markdownTable(runsTable(report)),
    '## Settings',
    markdownTable(pairsTable(report.settings)),
    '## Machine',
    markdownTable(pairsTable(report.machine)),
  ];
  return `${blocks.join('\n\n')}\n`;
}
