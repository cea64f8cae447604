import type { Exported } from '../../labels/protocol.js';
import { element } from '../element.js';
import { sendingForm } from '../sending-form.js';
import { post } from '../server.js';
import { count } from '../text.js';

/** Writes what is confirmed as a data set for other programs. */
export function exportForm(): HTMLElement {
  const format = element(
    'select',
    {},
    element('option', { value: 'icdar' }, 'ICDAR: a text file for each picture'),
    element('option', { value: 'paddle' }, 'PaddleOCR: train.txt and val.txt'),
  );
  const share = element('input', { type: 'number', min: 0, max: 90, step: 1, value: 10 });
  const send = async (): Promise<string> => {
    const chosen = { format: format.value, valFraction: share.valueAsNumber / 100 };
    const { folder, train, val, settings } = await post<Exported>('/api/labels/export', chosen);
    return `${count(train)} pictures to train on and ${count(val)} to validate on are in ${folder}\nInkstone reads them with: ${settings.join(' ')}`;
  };
  return sendingForm(
    { title: 'Export the confirmed pictures', button: 'Export', sending: 'Copying …', send },
    element(
      'div',
      { class: 'fields' },
      element('label', {}, 'Format ', format),
      element('label', {}, 'For validation ', share, ' %'),
    ),
    element(
      'p',
      { class: 'faint' },
      'Pictures and labels are copied into a new folder. Nothing is overwritten.',
    ),
  );
}
