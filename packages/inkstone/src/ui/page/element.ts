/** Elements without HTML text: what comes from files and names is always shown as text. */

type Attribute = string | number | boolean | undefined | ((event: Event) => void);

/**
 * An element with its attributes and children. `true` sets an attribute without a value, `false` and undefined leave it out, a
 * function listens to the event of that name.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false && value !== undefined)
      made.setAttribute(name, value === true ? '' : `${value}`);
  }
  made.append(...children);
  return made;
}
