import type { Notice, OperatorView, Say, Saved, Screen, StatusBar, Tone } from '../types';
import { SimulatedContainers } from './containers';
import * as goods from './goods';
import { actionsOf, beginning, dispositionOf, nextOf, stageOf, stripOf, unitOf, type Walk } from './shown';
import { say } from './views';

/** A bench that exists only in the page: it walks one return after the other and keeps nothing. */
export class SimulatedBench {
  revision = 1;
  operator: OperatorView | null = null;
  unsent = 0;
  online = true;
  line_since: string;
  readonly containers = new SimulatedContainers();
  readonly #at: Walk = beginning();
  #hear: ((notice: Notice) => void) | null = null;
  #last_sent: string | null;
  #beside: Say | null = null;

  constructor(private readonly now: () => Date = () => new Date()) {
    this.line_since = now().toISOString();
    this.#last_sent = new Date(now().getTime() - 180_000).toISOString();
  }

  listen(hear: (notice: Notice) => void): void {
    this.#hear = hear;
  }

  scan(text: string): Screen {
    if (text.startsWith('RS:C:')) return this.press(text.slice(5));
    if (text.startsWith('SIM:') && text !== 'SIM:WORK') return this.#simulate(text.slice(4));
    if (text.startsWith('RS:O:')) return this.#badgeRead(text.slice(5));
    if (this.#at.step === 'sign-in') return this.#reject('sign-in-first');
    if (this.#at.step === 'arrivals') return this.#arrive(text);
    if (text === 'SIM:WORK' && this.#at.step === 'idle') return this.#takeUp();
    if (text.startsWith('RS:U:')) return this.#label(text.slice(5));
    if (text.startsWith('RS:T:')) return this.#container(text.slice(5));
    if (text === goods.headphonesPaired && this.#at.step === 'idle') {
      this.#beside = say('gs1-pair', { ai: '01', title: 'GTIN', other: '37', other_title: 'COUNT' });
      return this.#receive();
    }
    if (text === goods.headphones && this.#at.step === 'idle') return this.#receive();
    if (text === goods.lamp && this.#at.step === 'idle') {
      this.#at.step = 'unexpected';
      return this.#done('warning', say('item-not-expected', { title: 'Brightwell LED desk lamp' }), null);
    }
    if (text === goods.routed) {
      this.#beside = say('scan-routing', { postal: '152382802', country: '840', service: '001' });
    }
    if (text === goods.lot) {
      const needs = '01,02,03,8006,8026';
      this.#beside = say('gs1-alone', { ai: '10', title: 'BATCH/LOT', needs });
      return this.#reject('scan-not-expected');
    }
    if ((text.startsWith('JJD') || text === goods.routed) && this.#at.step === 'idle') {
      this.#at.parcel = { ...goods.newParcel(), tracking: text };
      return this.#kept('rma-found', { rma: '26-118402', pieces: '2' });
    }
    return this.#reject('scan-unreadable');
  }

  press(command: string): Screen {
    if (this.#at.step === 'sign-in') return this.#signIn(command);
    if (command === 'LOG-OFF') {
      this.operator = null;
      this.#at.step = 'sign-in';
      return this.#done('ready', say('signed-out'), null);
    }
    if (command === 'HOLD' && this.#at.number !== '') {
      this.#at.step = 'held';
      return this.#done('supervisor', say('hold-set', { hold: 'SUPERVISOR' }), 'here');
    }
    if (command === 'PARCEL-DONE' && this.#at.step === 'idle' && this.#at.parcel !== null) {
      this.#at.parcel = null;
      return this.#done('warning', say('parcel-done', { outcome: 'SHORT' }), 'here');
    }
    if (command === 'ARRIVALS' && (this.#at.step === 'idle' || this.#at.step === 'arrivals')) {
      this.#at.step = this.#at.step === 'idle' ? 'arrivals' : 'idle';
      return this.#done('ready', say('ready'), null);
    }
    switch (this.#at.step) {
      case 'work':
        if (/^PICK-[123]$/.test(command)) return this.#worked();
        break;
      case 'container':
        return this.#contained(command);
      case 'unexpected':
        if (command === 'YES') return this.#receive();
        this.#at.step = 'idle';
        return this.#done('ready', say('cancelled'), null);
      case 'question':
        return this.#answer(command);
      case 'photos':
        if (command === 'PHOTO' || command === 'SKIP-PHOTO') return this.#photo(command === 'PHOTO');
        break;
      case 'decision':
        if (command === 'NEXT') {
          this.#at.step = 'stick-label';
          return this.#kept('label-printed', { lpn: this.#at.number });
        }
        break;
      case 'held':
        if (command === 'NEXT') {
          this.#at.step = 'idle';
          this.#at.number = '';
          return this.#done('ready', say('ready'), null);
        }
    }
    if (command === 'CANCEL' && this.#at.number !== '') {
      const lpn = this.#at.number;
      this.#at.number = '';
      this.#at.step = 'idle';
      return this.#done('ready', say('unit-aside', { lpn }), 'here');
    }
    return command === 'UNDO'
      ? this.#reject('nothing-to-undo')
      : this.#reject('command-not-now', { command });
  }

  acknowledge(): Screen {
    this.#at.band = { ...this.#at.band, tone: 'ready', say: say('ready'), beside: null, saved: null };
    return this.#changed();
  }

  screen(): Screen {
    return {
      revision: this.revision,
      status: this.status(),
      band: this.#at.band,
      stage: stageOf(this.#at, this.containers),
      camera: this.#at.step === 'sign-in' ? null : stripOf(this.#at),
      next: nextOf(this.#at),
      actions: actionsOf(this.#at),
    };
  }

  status(): StatusBar {
    const now = this.now().toISOString();
    return {
      station: 'LEJ2-B04',
      operator: this.operator,
      line: this.online ? 'online' : 'offline',
      line_since: this.line_since,
      unsent: this.unsent,
      last_sent: this.#last_sent,
      oldest_unsent: this.unsent === 0 ? null : this.line_since,
      policy: 'P-118',
      devices: goods.devices(now),
      disk_free_percent: 61,
      incidents: 0,
      reviews_waiting: 5,
      now,
      simulated: true,
    };
  }

  #signIn(command: string): Screen {
    if (command === 'CANCEL') {
      this.#at.badge = null;
      this.#at.typed = '';
      return this.#done('ready', say('ready'), null);
    }
    if (this.#at.badge === null) return this.#reject('sign-in-first');
    if (command === 'UNDO') this.#at.typed = '';
    const digit = /^DIGIT-(\d)$/.exec(command)?.[1];
    if (digit !== undefined) this.#at.typed = `${this.#at.typed}${digit}`.slice(0, 8);
    if (command !== 'ENTER') return this.#changed();
    const right = this.#at.typed === goods.pin;
    this.#at.typed = '';
    if (!right) return this.#reject('pin-wrong', { left: '2' });
    this.operator = this.#at.badge;
    this.#at.badge = null;
    this.#at.step = 'idle';
    return this.#kept('signed-in', { initials: this.operator.initials, role: this.operator.role });
  }

  #badgeRead(id: string): Screen {
    const known = (goods.operators as Record<string, OperatorView | undefined>)[id];
    if (known === undefined) return this.#reject('badge-unknown');
    this.operator = null;
    this.#at.step = 'sign-in';
    this.#at.badge = known;
    this.#at.typed = '';
    return this.#done('accepted', say('badge-read', { initials: known.initials, role: known.role }), null);
  }

  #receive(): Screen {
    this.#at.counter += 1;
    this.#at.number = goods.lpn(this.#at.counter);
    this.#at.step = 'stick-number';
    this.#at.question = 0;
    this.#at.grade = 'A';
    this.#at.photos = goods.newPhotos();
    this.#at.chips = goods.newChips();
    this.#at.today.received += 1;
    const line = this.#at.parcel?.lines[0];
    if (line !== undefined) line.received = Math.min(line.expected, line.received + 1);
    return this.#kept('unit-received', { lpn: this.#at.number, title: unitOf(this.#at).title });
  }

  #label(text: string): Screen {
    const plain = text.replaceAll('-', '');
    const own = this.#at.number.replaceAll('-', '');
    if (this.#at.step === 'stick-number') {
      if (plain !== own) return this.#reject('wrong-number-label', { expected: this.#at.number, got: text });
      this.#at.step = 'question';
      return this.#kept('number-confirmed', { lpn: this.#at.number });
    }
    if (this.#at.step === 'stick-label') {
      const [number, print] = plain.split('/');
      if (number !== own)
        return this.#reject('wrong-label', { expected: this.#at.number, got: text.split('/')[0] ?? '' });
      if (print !== '1') return this.#reject('superseded-label', { newest: '1', got: print ?? '' });
      this.#at.step = 'stow';
      return this.#kept('label-confirmed', { lpn: this.#at.number });
    }
    return this.#reject('unit-unknown', { lpn: text });
  }

  #arrive(text: string): Screen {
    const tracking = text;
    const again = this.#at.arrived.some((one) => one.tracking === tracking);
    const rmas = text === 'JJD014600003821' ? ['26-118402'] : [];
    this.#at.arrived.unshift({ tracking, rmas, at: this.now().toISOString(), again });
    return again
      ? this.#done('warning', say('parcel-again', { tracking }), null)
      : this.#kept('parcel-arrived', { tracking });
  }

  #takeUp(): Screen {
    this.#at.counter += 1;
    this.#at.number = goods.lpn(this.#at.counter);
    this.#at.step = 'work';
    this.#at.work_since = null;
    return this.#done('accepted', say('unit-taken-up', { lpn: this.#at.number }), null);
  }

  #worked(): Screen {
    if (this.#at.work_since === null) {
      this.#at.work_since = this.now().toISOString();
      return this.#done('accepted', say('ready'), null);
    }
    this.#at.step = 'question';
    this.#at.question = 0;
    this.#at.photos = goods.newPhotos();
    return this.#kept('unit-work-done');
  }

  #contained(command: string): Screen {
    const open = this.#at.open;
    if (open === null || command === 'CANCEL') {
      this.#at.step = 'idle';
      return this.#done('ready', say('ready'), null);
    }
    const { container, code } = open.container;
    if (command === 'CLOSE' && open.blocked === null) {
      this.#at.open = this.containers.close(container);
      return this.#kept('container-closed', { container: code });
    }
    if (command === 'REPRINT') {
      this.#at.open = this.containers.print(container);
      return this.#done('accepted', say('container-shown', { container: code }), null);
    }
    return open.blocked === null
      ? this.#reject('command-not-now', { command })
      : this.#reject(open.blocked.code, open.blocked.args as Record<string, string>);
  }

  #container(text: string): Screen {
    if (this.#at.step === 'idle') {
      this.#at.open = this.containers.byCode(`T-${text}`);
      if (this.#at.open === null) return this.#reject('container-unknown');
      this.#at.step = 'container';
      return this.#done('accepted', say('container-shown', { container: `T-${text}` }), null);
    }
    if (this.#at.step !== 'stow') return this.#reject('scan-not-expected');
    if (`T-${text}` !== goods.tote)
      return this.#reject('wrong-container', {
        expected: 'RESTOCK_B',
        got: 'LIQUIDATE',
        got_owner: 'NLK',
        right: goods.tote,
      });
    const container = goods.tote;
    const number = this.#at.number;
    this.#at.recent.unshift({
      head: unitOf(this.#at),
      grade: this.#at.grade,
      disposition: dispositionOf(this.#at),
      at: this.now().toISOString(),
    });
    this.#at.today.staged += 1;
    this.#at.step = 'idle';
    this.#at.number = '';
    if (this.online) setTimeout(() => this.#send(), 1500);
    return this.#kept('staged', { container, lpn: number });
  }

  #answer(command: string): Screen {
    const chip = this.#at.chips.find((one) => one.command === command && one.finding !== null);
    if (chip !== undefined) {
      chip.on = !chip.on;
      return this.#kept(chip.on ? 'finding-added' : 'finding-removed', { finding: chip.finding ?? '' });
    }
    const question = goods.questions[this.#at.question];
    if (question === undefined || !['YES', 'NO', 'PICK-3'].includes(command))
      return this.#reject('command-not-now', { command });
    if (question.holds && command === 'YES') {
      this.#at.step = 'held';
      this.#at.today.waiting += 1;
      return this.#done('supervisor', say('hold-set', { hold: 'BATTERY' }), 'here');
    }
    const settled = question.settles === command && question.rung !== null;
    if (settled && question.rung !== null) this.#at.grade = question.rung;
    this.#at.question += 1;
    if (settled || this.#at.question >= goods.questions.length) this.#at.step = 'photos';
    return this.#kept('answered');
  }

  #photo(taken: boolean): Screen {
    const slot = this.#at.photos.find((one) => one.state === 'needed');
    if (slot === undefined) return this.#reject('no-photo-needed');
    slot.state = taken ? 'taken' : 'skipped';
    slot.sha256 = taken ? slot.role.toLowerCase() : null;
    if (this.#at.photos.every((one) => one.state !== 'needed')) {
      this.#at.step = 'decision';
      this.#at.today.dispositioned += 1;
      return this.#kept('dispositioned', { grade: this.#at.grade, disposition: dispositionOf(this.#at) });
    }
    return this.#kept(taken ? 'photo-taken' : 'photo-skipped', { role: slot.role, skip: 'NOT_THERE' });
  }

  #simulate(what: string): Screen {
    if (what === 'OFFLINE' || what === 'ONLINE') {
      this.online = what === 'ONLINE';
      this.line_since = this.now().toISOString();
      if (this.online) this.#send();
    }
    if (what === 'OUTLINE')
      this.#tell({
        notice: 'outlines',
        body: [
          {
            corners: [
              [0.72, 0.56],
              [0.86, 0.53],
              [0.88, 0.78],
              [0.74, 0.81],
            ],
            text: goods.headphones,
            fits: true,
          },
        ],
      });
    return this.#changed();
  }

  /** Head office signed for everything. */
  #send(): void {
    if (!this.online) return;
    this.unsent = 0;
    this.#last_sent = this.now().toISOString();
    for (const unit of this.#at.recent) unit.head.saved = 'sent';
    if (this.#at.band.saved === 'here') this.#at.band = { ...this.#at.band, saved: 'sent' };
    this.#tell({ notice: 'screen', body: this.#changed() });
    this.#tell({ notice: 'rooms-changed' });
  }

  #kept(code: string, args: Record<string, string> = {}): Screen {
    this.unsent += 1;
    return this.#done('accepted', say(code, args), 'here');
  }

  #reject(code: string, args: Record<string, string> = {}): Screen {
    return this.#done('rejected', say(code, args), null);
  }

  #done(tone: Tone, words: Say, saved: Saved | null): Screen {
    const at = this.now().toISOString();
    const beside = this.#beside;
    this.#beside = null;
    this.#at.band = { tone, say: words, at, beside, saved, blink: this.#at.band.blink + 1 };
    if (tone !== 'ready' && tone !== 'locked') this.#tell({ notice: 'sound', body: tone });
    return this.#changed();
  }

  #changed(): Screen {
    this.revision += 1;
    return this.screen();
  }

  #tell(notice: Notice): void {
    this.#hear?.(notice);
  }
}
