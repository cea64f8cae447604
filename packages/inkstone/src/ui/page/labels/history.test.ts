import { describe, expect, it } from 'vitest';
import type { LabelText } from '../../labels/protocol.js';
import { History } from './history.js';

const text = (x: number): LabelText => ({
  polygon: [
    [x, 0],
    [x + 9, 0],
    [x + 9, 9],
  ],
  transcript: '',
  ignore: false,
});

describe('History', () => {
  it('goes back step by step with what was chosen, and forward again', () => {
    const history = new History([text(0)]);
    history.choose([0]);
    history.change([text(1)]);
    history.change([text(1), text(2)], [1]);
    expect(history.undo()).toBe(true);
    expect([history.texts, history.chosen]).toEqual([[text(1)], [0]]);
    history.undo();
    expect([history.texts, history.undo()]).toEqual([[text(0)], false]);
    history.redo();
    history.redo();
    expect([history.texts, history.redo()]).toEqual([[text(1), text(2)], false]);
  });

  it('forgets what was undone once something else is done', () => {
    const history = new History([text(0)]);
    history.change([text(1)]);
    history.undo();
    history.change([text(2)]);
    expect(history.canRedo).toBe(false);
  });

  it('undoes a row of nudges at once, but not those of another text or after a pause for something else', () => {
    const history = new History([text(0)]);
    for (const x of [1, 2, 3]) history.change([text(x)], [0], 'move 0');
    history.change([text(4)], [0], 'corner 0 1');
    history.choose([0]);
    history.change([text(5)], [0], 'corner 0 1');
    const seen = [];
    while (history.undo()) seen.push(history.texts[0]!.polygon[0]![0]);
    expect(seen).toEqual([4, 3, 0]);
  });

  it('chooses only what is there', () => {
    const history = new History([text(0)]);
    history.choose([0, 7]);
    expect([history.chosen, history.only]).toEqual([[0], 0]);
  });
});
