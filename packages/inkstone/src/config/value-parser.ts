import { MAX_DEPTH } from './limits.js';
import type { ConfigTree, ConfigValue } from './tree.js';

/**
 * Values as Hydra users type them after `key=`: quoted and bare strings, numbers, booleans, null, `[a, b]`,
 * `{a: 1, b: [2]}`. A bare string may hold spaces and `${…}`; numbers follow YAML 1.2, so `1e-3` is a number.
 */
export function parseValue(text: string): ConfigValue {
  const parser = new ValueParser(text);
  const value = parser.value('');
  parser.end();
  return value;
}

const NUMBER = /^[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/;

function bareValue(text: string): ConfigValue {
  if (text === '' || text === '~') return text === '~' ? null : '';
  const lower = text.toLowerCase();
  if (lower === 'null' || lower === 'none') return lower === 'null' ? null : text;
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  if (lower === 'nan') return Number.NaN;
  if (/^[-+]?\.?inf$/.test(lower)) {
    return lower.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return NUMBER.test(text) ? Number(text.replaceAll('_', '')) : text;
}

class ValueParser {
  #at = 0;
  #depth = 0;

  constructor(readonly text: string) {}

  /** Reads one value; a bare one ends before any of `stops`. */
  value(stops: string): ConfigValue {
    this.#skipSpace();
    const next = this.text[this.#at];
    if (next === '"' || next === "'") return this.#quoted(next);
    if (next === '[') return this.#nested(() => this.#list());
    if (next === '{') return this.#nested(() => this.#map());
    return bareValue(this.#bare(stops));
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new SyntaxError(`more than ${MAX_DEPTH} lists and maps inside one another`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.text.length) {
      throw new SyntaxError(`unexpected "${this.text.slice(this.#at)}" after the value`);
    }
  }

  #skipSpace(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }

  #take(expected: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== expected) return false;
    this.#at += 1;
    return true;
  }

  #quoted(quote: string): string {
    const start = this.#at;
    this.#at += 1;
    let out = '';
    for (; this.#at < this.text.length; this.#at += 1) {
      const char = this.text[this.#at];
      if (char === '\\' && [quote, '\\'].includes(this.text[this.#at + 1] ?? '')) {
        this.#at += 1;
        out += this.text[this.#at];
      } else if (char === quote) {
        this.#at += 1;
        return out;
      } else {
        out += char;
      }
    }
    throw new SyntaxError(`no closing ${quote} for ${this.text.slice(start)}`);
  }

  #bare(stops: string): string {
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.text.length; this.#at += 1) {
      const char = this.text[this.#at] as string;
      if (this.text.startsWith('${', this.#at)) depth += 1;
      else if (char === '}' && depth > 0) depth -= 1;
      else if (depth === 0 && stops.includes(char)) break;
    }
    return this.text.slice(start, this.#at).trim();
  }

  #list(): ConfigValue[] {
    this.#take('[');
    const items: ConfigValue[] = [];
    while (!this.#take(']')) {
      items.push(this.value(',]'));
      if (!this.#take(',') && this.text[this.#at] !== ']') throw new SyntaxError('a list has no closing ]');
    }
    return items;
  }

  #map(): ConfigTree {
    this.#take('{');
    const map: ConfigTree = {};
    while (!this.#take('}')) {
      this.#skipSpace();
      const quote = this.text[this.#at];
      const key = quote === '"' || quote === "'" ? this.#quoted(quote) : this.#bare(':,}');
      if (key === '' || key === '__proto__') throw new SyntaxError('a map needs keys: {key: value}');
      if (!this.#take(':')) throw new SyntaxError(`"${key}" needs a value: {${key}: value}`);
      map[key] = this.value(',}');
      if (!this.#take(',') && this.text[this.#at] !== '}') throw new SyntaxError('a map has no closing }');
    }
    return map;
  }
}
