import { printable } from '../../system/index.js';
import type { Table } from '../table.js';
import { costTable, measuresTable, pairsTable, type Report, runsTable } from './report.js';

/** `report.md`: the verdict and every figure, for a pull request or a terminal. */
export function reportMarkdown(report: Report): string {
  const { candidate, candidate_precision, verdict, reason, remarks } = report;
  const blocks = [
    `# ${candidate} (${candidate_precision}) against fp32: ${verdict}`,
    `${reason}.`,
    ...remarks,
    '## Quality',
    table(measuresTable(report)),
    '## Cost',
    table(costTable(report)),
    '## Runs',
    table(runsTable(report)),
    '## Settings',
    table(pairsTable(report.settings)),
    '## Machine',
    table(pairsTable(report.machine)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function table({ header, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const cell = (text: string): string => printable(text).replaceAll('|', '\\|');
