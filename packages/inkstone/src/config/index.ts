/** Composes YAML groups with overrides as Hydra users type them, and points at mistakes. Knows no key of its own. */
export { type Composed, type ComposeOptions, compose } from './compose.js';
export { ConfigError } from './config-error.js';
export { type ConfigLayer, readConfigFile } from './config-file.js';
export { fileSchema, type JsonSchema, jsonSchema } from './json-schema.js';
export { BUILT_IN_CONFIGS, ConfigLibrary } from './library.js';
export { printConfig } from './print.js';
export { type Choice, choiceSchema, createChoice, ignoring, schemaKeys } from './schema.js';
export { meantKey, nearest, type OtherWords } from './suggest.js';
export { isTree, leaves } from './tree.js';
export { keysWithoutEffect, validateConfig } from './validate.js';
