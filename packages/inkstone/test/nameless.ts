/** What a screen reader could not name on a page, as the browser itself tells it. */
import type { Page } from 'playwright-core';

const NAMED = new Set([
  'application',
  'button',
  'checkbox',
  'combobox',
  'dialog',
  'figure',
  'image',
  'link',
  'listbox',
  'option',
  'progressbar',
  'spinbutton',
  'table',
  'textbox',
  'toolbar',
]);

/** Roles of what has none. */
export async function nameless(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const without = nodes.filter(
    ({ ignored, role, name }) => !ignored && NAMED.has(role?.value) && !name?.value,
  );
  return without.map(({ role }) => String(role?.value));
}
