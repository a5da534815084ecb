import { expect, test, vi } from 'vitest';
import type { Platform } from '../platform/platform';
import { SimulatedBench } from '../platform/simulated/bench';
import type { Notice, Reply, Request, Screen } from '../platform/types';
import { Station } from './station.svelte';

function screen(revision: number, code = 'ready', blink = 0): Screen {
  const base = new SimulatedBench().screen();
  return { ...base, revision, band: { ...base.band, say: { code, args: {} }, blink } };
}

function station(answer: (request: Request) => Promise<Reply>) {
  let hear: (notice: Notice) => void = () => undefined;
  const play = vi.fn();
  const platform: Platform = {
    ask: answer,
    listen: (on) => {
      hear = on;
      return () => undefined;
    },
    frameUrl: () => '',
    photoUrl: () => '',
    smallPhotoUrl: () => '',
  };
  const made = new Station(platform, play);
  const stop = made.start();
  return { made, play, stop, hear: (notice: Notice) => hear(notice) };
}

test('a late answer never overwrites a newer notice', async () => {
  const { made, hear, stop } = station(async () =>
    Promise.resolve({ reply: 'screen', body: screen(4, 'old') }),
  );
  hear({ notice: 'screen', body: screen(9, 'newer') });
  await made.press('YES');
  expect(made.screen?.band.say.code).toBe('newer');
  stop();
});

test('presses reach the bench one after the other', async () => {
  const order: string[] = [];
  const { made, stop } = station(async (request) => {
    const name = request.ask === 'press' ? request.command : request.ask;
    order.push(`asked ${name}`);
    await new Promise((done) => setTimeout(done, name === 'DIGIT-1' ? 30 : 1));
    order.push(`answered ${name}`);
    return { reply: 'screen', body: screen(1) };
  });
  void made.press('DIGIT-1');
  await made.press('DIGIT-2');
  expect(order.slice(-4)).toEqual(['asked DIGIT-1', 'answered DIGIT-1', 'asked DIGIT-2', 'answered DIGIT-2']);
  stop();
});

test('a refusal that the bench shows in its band is not said twice', async () => {
  const { made, play, stop } = station(async (request) => {
    if (request.ask === 'scan') throw { code: 'badge-unknown', args: {} };
    return Promise.resolve({ reply: 'screen', body: screen(7, 'badge-unknown', 3) });
  });
  await made.scan('RS:O:NOBODY');
  expect(made.screen?.band.say.code).toBe('badge-unknown');
  expect(made.trouble).toBeNull();
  expect(play).not.toHaveBeenCalled();
  stop();
});

test('a refusal that the bench does not show is said by the window, until the next scan', async () => {
  const { made, play, hear, stop } = station(async (request) => {
    if (request.ask === 'press') throw new Error('the channel is closed');
    return Promise.resolve({ reply: 'screen', body: screen(2, 'ready', 1) });
  });
  await made.press('YES');
  expect(made.trouble).toEqual({ code: 'bench-unreachable', args: {} });
  expect(play).toHaveBeenCalledWith('rejected');
  hear({ notice: 'screen', body: screen(3, 'rma-found', 2) });
  expect(made.trouble).toBeNull();
  stop();
});

test('acknowledging the window’s own trouble asks the bench nothing', async () => {
  const asked: string[] = [];
  const { made, stop } = station(async (request) => {
    asked.push(request.ask);
    if (request.ask === 'press') throw { code: 'disk-full', args: {} };
    return Promise.resolve({ reply: 'screen', body: screen(2) });
  });
  await made.press('YES');
  expect(made.trouble?.code).toBe('disk-full');
  await made.acknowledge();
  expect(made.trouble).toBeNull();
  expect(asked).not.toContain('acknowledge');
  stop();
});

test('status, outlines, sounds and rooms are heard', () => {
  const { made, play, hear, stop } = station(() => new Promise(() => undefined));
  hear({ notice: 'screen', body: screen(1) });
  hear({ notice: 'status', body: { ...screen(1).status, unsent: 41 } });
  hear({
    notice: 'outlines',
    body: [
      {
        corners: [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ],
        text: 'x',
        fits: true,
      },
    ],
  });
  hear({ notice: 'sound', body: 'warning' });
  hear({ notice: 'rooms-changed' });
  expect(made.screen?.status.unsent).toBe(41);
  expect(made.outlines).toHaveLength(1);
  expect(play).toHaveBeenCalledWith('warning');
  expect(made.roomsChanged).toBe(1);
  stop();
});
