import { element } from '../element.js';
import { path } from '../server.js';

/** What was found on validation images, as the run has drawn it. */
export function overlayPictures(run: string, names: readonly string[]): HTMLElement[] {
  if (names.length === 0) return [];
  const pictures = names.map((name) => {
    const address = path`/api/runs/${run}/overlays/${name}`;
    const picture = element('img', { src: address, alt: `What was found on ${name}`, loading: 'lazy' });
    return element(
      'li',
      {},
      element('a', { href: address, target: '_blank' }, picture),
      element('p', { class: 'faint' }, name.replace(/\.png$/, '')),
    );
  });
  return [
    element(
      'section',
      {},
      element('h2', {}, 'Found and missed'),
      element('ul', { class: 'pictures' }, ...pictures),
    ),
  ];
}
