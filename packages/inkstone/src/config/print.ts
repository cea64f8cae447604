import { Document, isScalar, visit } from 'yaml';
import type { SchemaKey } from './schema.js';

/**
 * YAML that composes back to the same values: strings always in double quotes, keys plain, numbers as they are. With
 * `keys`, a comment above each key says what it is for.
 */
export function printConfig(config: unknown, keys?: ReadonlyMap<string, SchemaKey>): string {
  const document = new Document(config, { aliasDuplicateObjects: false });
  if (keys !== undefined) explain(document, keys);
  return document.toString({
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    flowCollectionPadding: false,
  });
}

function explain(document: Document, keys: ReadonlyMap<string, SchemaKey>): void {
  visit(document, {
    Pair(_, { key }, ancestors) {
      if (!isScalar(key)) return;
      const path = [...ancestors.filter((node) => 'key' in node).map(({ key }) => key), key].join('.');
      const description = keys.get(path)?.description;
      if (description !== undefined) key.commentBefore = ` ${description}`;
    },
  });
}
