import { stringify } from 'yaml';

/** YAML that composes back to the same values: strings always in double quotes, keys plain, numbers as they are. */
export function printConfig(config: unknown): string {
  return stringify(config, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    flowCollectionPadding: false,
    aliasDuplicateObjects: false,
  });
}
