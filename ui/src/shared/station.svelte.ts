import { getContext, setContext } from 'svelte';
import { asCoded, type Platform } from '../platform/platform';
import type { Coded, Cue, Notice, Outline, Reply, Request, Screen } from '../platform/types';
import { clock } from './clock.svelte';

type Bodies = { [R in Reply as R['reply']]: R['body'] };

/** What the bench last said, and how to ask it. One per window. */
export class Station {
  screen = $state.raw<Screen | null>(null);
  outlines = $state.raw<Outline[]>([]);
  /** A refusal of the window's own last question, until the next thing happens. */
  trouble = $state.raw<Coded | null>(null);
  /** Grows when rooms beside the bench should ask again. */
  roomsChanged = $state(0);
  #room_asked_ms = -Infinity;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly platform: Platform,
    private readonly play: (cue: Cue) => void,
  ) {}

  /** Listens until the returned function is called. */
  start(): () => void {
    const stop = this.platform.listen((notice) => this.#hear(notice));
    const clockStop = clock.start();
    void this.#act({ ask: 'screen' });
    return () => {
      stop();
      clockStop();
    };
  }

  press = (command: string): Promise<void> => this.#act({ ask: 'press', command });
  scan = (text: string): Promise<void> => this.#act({ ask: 'scan', text });
  acknowledge = (): Promise<void> => {
    if (this.trouble !== null) {
      this.trouble = null;
      return Promise.resolve();
    }
    return this.#act({ ask: 'acknowledge' });
  };

  /** Whether the band may just have changed because a room asked for something. */
  fromRoom(): boolean {
    return performance.now() - this.#room_asked_ms < 500;
  }

  /** A room's question. Rejects with a {@link Coded}. */
  async ask<K extends keyof Bodies>(request: Request, reply: K): Promise<Bodies[K]> {
    this.#room_asked_ms = performance.now();
    const answer = await this.platform.ask(request);
    this.#room_asked_ms = performance.now();
    if (answer.reply !== reply) throw { code: 'bench-unreachable', args: {} } satisfies Coded;
    return (answer as { body: unknown }).body as Bodies[K];
  }

  /** One after the other: two digits of a PIN must not overtake each other. */
  #act(request: Request): Promise<void> {
    const turn = this.#turn.then(async () => {
      try {
        const answer = await this.platform.ask(request);
        this.trouble = null;
        if (answer.reply === 'screen') this.#show(answer.body);
      } catch (thrown) {
        await this.#refused(asCoded(thrown));
      }
    });
    this.#turn = turn;
    return turn;
  }

  /** The bench puts most refusals into its band, with their tone and sound; the window says only what it cannot. */
  async #refused(coded: Coded): Promise<void> {
    try {
      const answer = await this.platform.ask({ ask: 'screen' });
      if (answer.reply === 'screen') {
        this.#show(answer.body);
        if (answer.body.band.say.code === coded.code) {
          this.trouble = null;
          return;
        }
      }
    } catch {
      // The first refusal is the one to show.
    }
    this.trouble = coded;
    this.play('rejected');
  }

  #hear(notice: Notice): void {
    switch (notice.notice) {
      case 'screen':
        if (notice.body.band.blink !== this.screen?.band.blink) this.trouble = null;
        this.#show(notice.body);
        break;
      case 'status':
        clock.set(notice.body.now);
        if (this.screen !== null) this.screen = { ...this.screen, status: notice.body };
        break;
      case 'sound':
        this.play(notice.body);
        break;
      case 'outlines':
        this.outlines = notice.body;
        break;
      case 'rooms-changed':
        this.roomsChanged += 1;
        break;
    }
  }

  /** A late answer never overwrites a newer notice. */
  #show(screen: Screen): void {
    if (this.screen !== null && screen.revision < this.screen.revision) return;
    clock.set(screen.status.now);
    this.screen = screen;
  }
}

const key = Symbol('station');

export function provideStation(station: Station): void {
  setContext(key, station);
}

export function useStation(): Station {
  return getContext<Station>(key);
}
