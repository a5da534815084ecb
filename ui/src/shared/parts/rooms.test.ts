import { expect, test } from 'vitest';
import { roomKeys, rooms, roomsFor } from './rooms';

test('each room has a key of its own, and the older ones keep theirs', () => {
  expect(Object.values(roomKeys).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([roomKeys.bench, roomKeys.review, roomKeys.find, roomKeys.sync]).toEqual([1, 2, 3, 4]);
});

test('who is not signed in sees no unit, a grader sees no figures of others, a supervisor all', () => {
  expect(roomsFor(null)).toEqual(['bench', 'settings', 'help']);
  for (const role of ['GRADER', 'TECHNICIAN'] as const) {
    // Review: anybody may be the one who inspects a drawn unit blind.
    expect(roomsFor(role)).toContain('review');
    expect(roomsFor(role)).toContain('containers');
    expect(roomsFor(role)).not.toContain('insights');
    expect(roomsFor(role)).not.toContain('find');
  }
  expect(roomsFor('SUPERVISOR')).toEqual([...rooms]);
  expect(roomsFor('HEAD_OFFICE')).toEqual([...rooms]);
});
