import type {
  Action,
  ArrivedParcel,
  Band,
  CameraStrip,
  ContainerDetail,
  Disposition,
  Grade,
  Notice,
  OperatorView,
  ParcelView,
  PhotoSlot,
  RecentUnit,
  Say,
  Saved,
  Screen,
  Stage,
  StatusBar,
  Tone,
  UnitHead,
} from '../types';
import * as goods from './goods';
import { SimulatedContainers } from './containers';
import { workChoices } from './judged';
import { action, choice, decisionStage, questionStage, say } from './views';

type Step =
  | 'sign-in'
  | 'idle'
  | 'unexpected'
  | 'stick-number'
  | 'question'
  | 'photos'
  | 'decision'
  | 'stick-label'
  | 'stow'
  | 'held'
  | 'arrivals'
  | 'work'
  | 'container';

/** A bench that exists only in the page: it walks one return after the other and keeps nothing. */
export class SimulatedBench {
  revision = 1;
  operator: OperatorView | null = null;
  unsent = 0;
  online = true;
  line_since: string;
  readonly containers = new SimulatedContainers();
  #arrived: ArrivedParcel[] = [];
  #open: ContainerDetail | null = null;
  #work_since: string | null = null;
  #hear: ((notice: Notice) => void) | null = null;
  #step: Step = 'sign-in';
  #badge: OperatorView | null = null;
  #typed = '';
  #band: Band = { tone: 'ready', say: say('ready'), at: null, saved: null, blink: 0 };
  #parcel: ParcelView | null = null;
  #counter = 926;
  #number = '';
  #question = 0;
  #grade: Grade = 'A';
  #photos: PhotoSlot[] = [];
  #chips = goods.newChips();
  #today = { received: 0, dispositioned: 0, staged: 0, waiting: 0 };
  #recent: RecentUnit[] = [];
  #last_sent: string | null;

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
    if (this.#step === 'sign-in') return this.#reject('sign-in-first');
    if (this.#step === 'arrivals') return this.#arrive(text);
    if (text === 'SIM:WORK' && this.#step === 'idle') return this.#takeUp();
    if (text.startsWith('RS:U:')) return this.#label(text.slice(5));
    if (text.startsWith('RS:T:')) return this.#container(text.slice(5));
    if (text === goods.headphones && this.#step === 'idle') return this.#receive();
    if (text === goods.lamp && this.#step === 'idle') {
      this.#step = 'unexpected';
      return this.#done('warning', say('item-not-expected', { title: 'Brightwell LED desk lamp' }), null);
    }
    if (text.startsWith('JJD') && this.#step === 'idle') {
      this.#parcel = goods.newParcel();
      return this.#kept('rma-found', { rma: '26-118402', pieces: '2' });
    }
    return this.#reject('scan-unreadable');
  }

  press(command: string): Screen {
    if (this.#step === 'sign-in') return this.#signIn(command);
    if (command === 'LOG-OFF') {
      this.operator = null;
      this.#step = 'sign-in';
      return this.#done('ready', say('signed-out'), null);
    }
    if (command === 'HOLD' && this.#number !== '') {
      this.#step = 'held';
      return this.#done('supervisor', say('hold-set', { hold: 'SUPERVISOR' }), 'here');
    }
    if (command === 'PARCEL-DONE' && this.#step === 'idle' && this.#parcel !== null) {
      this.#parcel = null;
      return this.#done('warning', say('parcel-done', { outcome: 'SHORT' }), 'here');
    }
    if (command === 'ARRIVALS' && (this.#step === 'idle' || this.#step === 'arrivals')) {
      this.#step = this.#step === 'idle' ? 'arrivals' : 'idle';
      return this.#done('ready', say('ready'), null);
    }
    switch (this.#step) {
      case 'work':
        if (/^PICK-[123]$/.test(command)) return this.#worked();
        break;
      case 'container':
        return this.#contained(command);
      case 'unexpected':
        if (command === 'YES') return this.#receive();
        this.#step = 'idle';
        return this.#done('ready', say('cancelled'), null);
      case 'question':
        return this.#answer(command);
      case 'photos':
        if (command === 'PHOTO' || command === 'SKIP-PHOTO') return this.#photo(command === 'PHOTO');
        break;
      case 'decision':
        if (command === 'NEXT') {
          this.#step = 'stick-label';
          return this.#kept('label-printed', { lpn: this.#number });
        }
        break;
      case 'held':
        if (command === 'NEXT') {
          this.#step = 'idle';
          this.#number = '';
          return this.#done('ready', say('ready'), null);
        }
    }
    if (command === 'CANCEL' && this.#number !== '') {
      const lpn = this.#number;
      this.#number = '';
      this.#step = 'idle';
      return this.#done('ready', say('unit-aside', { lpn }), 'here');
    }
    return command === 'UNDO'
      ? this.#reject('nothing-to-undo')
      : this.#reject('command-not-now', { command });
  }

  acknowledge(): Screen {
    this.#band = { ...this.#band, tone: 'ready', say: say('ready'), saved: null };
    return this.#changed();
  }

  screen(): Screen {
    return {
      revision: this.revision,
      status: this.status(),
      band: this.#band,
      stage: this.#stage(),
      camera: this.#step === 'sign-in' ? null : this.#strip(),
      next: this.#next(),
      actions: this.#actions(),
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
      reviews_waiting: 5,
      now,
      simulated: true,
    };
  }

  #signIn(command: string): Screen {
    if (command === 'CANCEL') {
      this.#badge = null;
      this.#typed = '';
      return this.#done('ready', say('ready'), null);
    }
    if (this.#badge === null) return this.#reject('sign-in-first');
    if (command === 'UNDO') this.#typed = '';
    const digit = /^DIGIT-(\d)$/.exec(command)?.[1];
    if (digit !== undefined) this.#typed = `${this.#typed}${digit}`.slice(0, 8);
    if (command !== 'ENTER') return this.#changed();
    const right = this.#typed === goods.pin;
    this.#typed = '';
    if (!right) return this.#reject('pin-wrong', { left: '2' });
    this.operator = this.#badge;
    this.#badge = null;
    this.#step = 'idle';
    return this.#kept('signed-in', { initials: this.operator.initials, role: this.operator.role });
  }

  #badgeRead(id: string): Screen {
    const known = (goods.operators as Record<string, OperatorView | undefined>)[id];
    if (known === undefined) return this.#reject('badge-unknown');
    this.operator = null;
    this.#step = 'sign-in';
    this.#badge = known;
    this.#typed = '';
    return this.#done('accepted', say('badge-read', { initials: known.initials, role: known.role }), null);
  }

  #receive(): Screen {
    this.#counter += 1;
    this.#number = goods.lpn(this.#counter);
    this.#step = 'stick-number';
    this.#question = 0;
    this.#grade = 'A';
    this.#photos = goods.newPhotos();
    this.#chips = goods.newChips();
    this.#today.received += 1;
    const line = this.#parcel?.lines[0];
    if (line !== undefined) line.received = Math.min(line.expected, line.received + 1);
    return this.#kept('unit-received', { lpn: this.#number, title: this.#unit().title });
  }

  #label(text: string): Screen {
    const plain = text.replaceAll('-', '');
    const own = this.#number.replaceAll('-', '');
    if (this.#step === 'stick-number') {
      if (plain !== own) return this.#reject('wrong-number-label', { expected: this.#number, got: text });
      this.#step = 'question';
      return this.#kept('number-confirmed', { lpn: this.#number });
    }
    if (this.#step === 'stick-label') {
      const [number, print] = plain.split('/');
      if (number !== own)
        return this.#reject('wrong-label', { expected: this.#number, got: text.split('/')[0] ?? '' });
      if (print !== '1') return this.#reject('superseded-label', { newest: '1', got: print ?? '' });
      this.#step = 'stow';
      return this.#kept('label-confirmed', { lpn: this.#number });
    }
    return this.#reject('unit-unknown', { lpn: text });
  }

  #arrive(text: string): Screen {
    const tracking = text;
    const again = this.#arrived.some((one) => one.tracking === tracking);
    const rmas = text === 'JJD014600003821' ? ['26-118402'] : [];
    this.#arrived.unshift({ tracking, rmas, at: this.now().toISOString(), again });
    return again
      ? this.#done('warning', say('parcel-again', { tracking }), null)
      : this.#kept('parcel-arrived', { tracking });
  }

  #takeUp(): Screen {
    this.#counter += 1;
    this.#number = goods.lpn(this.#counter);
    this.#step = 'work';
    this.#work_since = null;
    return this.#done('accepted', say('unit-taken-up', { lpn: this.#number }), null);
  }

  #worked(): Screen {
    if (this.#work_since === null) {
      this.#work_since = this.now().toISOString();
      return this.#done('accepted', say('ready'), null);
    }
    this.#step = 'question';
    this.#question = 0;
    this.#photos = goods.newPhotos();
    return this.#kept('unit-work-done');
  }

  #contained(command: string): Screen {
    const open = this.#open;
    if (open === null || command === 'CANCEL') {
      this.#step = 'idle';
      return this.#done('ready', say('ready'), null);
    }
    const { container, code } = open.container;
    if (command === 'CLOSE' && open.blocked === null) {
      this.#open = this.containers.close(container);
      return this.#kept('container-closed', { container: code });
    }
    if (command === 'REPRINT') {
      this.#open = this.containers.print(container);
      return this.#done('accepted', say('container-shown', { container: code }), null);
    }
    return open.blocked === null
      ? this.#reject('command-not-now', { command })
      : this.#reject(open.blocked.code, open.blocked.args as Record<string, string>);
  }

  #container(text: string): Screen {
    if (this.#step === 'idle') {
      this.#open = this.containers.byCode(`T-${text}`);
      if (this.#open === null) return this.#reject('container-unknown');
      this.#step = 'container';
      return this.#done('accepted', say('container-shown', { container: `T-${text}` }), null);
    }
    if (this.#step !== 'stow') return this.#reject('scan-not-expected');
    if (`T-${text}` !== goods.tote)
      return this.#reject('wrong-container', {
        expected: 'RESTOCK_B',
        got: 'LIQUIDATE',
        got_owner: 'NLK',
        right: goods.tote,
      });
    const container = goods.tote;
    const number = this.#number;
    this.#recent.unshift({
      head: this.#unit(),
      grade: this.#grade,
      disposition: this.#disposition(),
      at: this.now().toISOString(),
    });
    this.#today.staged += 1;
    this.#step = 'idle';
    this.#number = '';
    if (this.online) setTimeout(() => this.#send(), 1500);
    return this.#kept('staged', { container, lpn: number });
  }

  #answer(command: string): Screen {
    const chip = this.#chips.find((one) => one.command === command && one.finding !== null);
    if (chip !== undefined) {
      chip.on = !chip.on;
      return this.#kept(chip.on ? 'finding-added' : 'finding-removed', { finding: chip.finding ?? '' });
    }
    const question = goods.questions[this.#question];
    if (question === undefined || !['YES', 'NO', 'PICK-3'].includes(command))
      return this.#reject('command-not-now', { command });
    if (question.holds && command === 'YES') {
      this.#step = 'held';
      this.#today.waiting += 1;
      return this.#done('supervisor', say('hold-set', { hold: 'BATTERY' }), 'here');
    }
    const settled = question.settles === command && question.rung !== null;
    if (settled && question.rung !== null) this.#grade = question.rung;
    this.#question += 1;
    if (settled || this.#question >= goods.questions.length) this.#step = 'photos';
    return this.#kept('answered');
  }

  #photo(taken: boolean): Screen {
    const slot = this.#photos.find((one) => one.state === 'needed');
    if (slot === undefined) return this.#reject('no-photo-needed');
    slot.state = taken ? 'taken' : 'skipped';
    slot.sha256 = taken ? slot.role.toLowerCase() : null;
    if (this.#photos.every((one) => one.state !== 'needed')) {
      this.#step = 'decision';
      this.#today.dispositioned += 1;
      return this.#kept('dispositioned', { grade: this.#grade, disposition: this.#disposition() });
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
    for (const unit of this.#recent) unit.head.saved = 'sent';
    if (this.#band.saved === 'here') this.#band = { ...this.#band, saved: 'sent' };
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
    this.#band = { tone, say: words, at, saved, blink: this.#band.blink + 1 };
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

  #unit(): UnitHead {
    return {
      unit: `unit-${this.#counter}`,
      lpn: this.#number,
      title: 'Aurel WH-900 headphones',
      sku: 'WH900-BK',
      rma: '26-118402',
      owner: 'NLK',
      reason: 'CHANGED_MIND',
      preference: 'REFUND',
      holds: this.#step === 'held' ? ['SUPERVISOR'] : [],
      saved: 'here',
    };
  }

  #disposition(): Disposition {
    const goes = {
      N: 'RESTOCK',
      A: 'RESTOCK',
      B: 'RESTOCK_B',
      C: 'LIQUIDATE',
      D: 'HARVEST_PARTS',
      X: 'QUARANTINE',
    } as const;
    return goes[this.#grade];
  }

  #stage(): Stage {
    const unit = this.#unit();
    switch (this.#step) {
      case 'sign-in':
        return { stage: 'sign-in', operator: this.#badge, digits: this.#typed.length, locked_seconds: null };
      case 'idle':
        return {
          stage: 'idle',
          today: { ...this.#today },
          recent: this.#recent.map((one) => ({ ...one, head: { ...one.head } })),
          parcel: this.#parcel === null ? null : structuredClone(this.#parcel),
          labels_pending: 0,
        };
      case 'unexpected':
        return {
          stage: 'pick',
          ask: say('ask-unexpected', { title: 'Brightwell LED desk lamp' }),
          code: goods.lamp,
          unit: null,
          choices: [
            choice('YES', 'Y', say('choice-unexpected'), say('effect-undeclared'), true),
            choice('CANCEL', 'Esc', say('choice-cancel'), say('effect-nothing-saved')),
          ],
        };
      case 'stick-number':
        return { stage: 'stick-number', unit, label: this.#labelView(null) };
      case 'question':
        return questionStage(unit, this.#question, this.#chips);
      case 'photos':
        return {
          stage: 'photos',
          unit,
          choices: [
            choice('PHOTO', 'F4', say('choice-photo'), null, true),
            choice('SKIP-PHOTO', 'S', say('choice-skip-photo'), say('effect-review')),
          ],
        };
      case 'decision':
        return decisionStage(unit, this.#grade, this.#disposition(), this.#chips);
      case 'stick-label':
        return {
          stage: 'stick-label',
          unit,
          grade: this.#grade,
          label: this.#labelView(this.#disposition()),
          container: goods.tote,
        };
      case 'stow':
        return {
          stage: 'stow',
          unit,
          grade: this.#grade,
          disposition: this.#disposition(),
          container: goods.tote,
        };
      case 'arrivals': {
        const counted = this.#arrived.filter((one) => !one.again).length;
        return { stage: 'arrivals', arrived: [...this.#arrived], today: counted, waiting: counted + 3 };
      }
      case 'work': {
        const work = { since: this.#work_since, choices: workChoices(this.#work_since !== null) };
        return { stage: 'work', unit, findings: ['STAIN', 'TAG_MISSING'], work };
      }
      case 'container': {
        const container = this.#open ?? this.containers.detail('c1');
        const disabled = container.blocked;
        return {
          stage: 'container',
          container,
          choices: [
            { ...choice('CLOSE', 'F7', null, null, true), disabled },
            choice('REPRINT', 'F5', null, null),
            choice('CANCEL', 'Esc', null, null),
          ],
        };
      }
      case 'held':
        return { stage: 'held', unit, choices: [choice('NEXT', 'Enter', say('choice-aside'), null, true)] };
    }
  }

  #labelView(disposition: Disposition | null) {
    return {
      disposition,
      lpn: this.#number,
      print_number: disposition === null ? 0 : 1,
      png: goods.labelPicture(this.#number, disposition?.replace('_', ' ') ?? null),
      pending: false,
      stuck: false,
    };
  }

  #strip(): CameraStrip {
    const walking = !['idle', 'unexpected', 'arrivals', 'container', 'work'].includes(this.#step);
    return {
      camera: 'camera',
      state: 'looking',
      photos: walking ? this.#photos.map((slot) => ({ ...slot })) : [],
      photos_needed: walking ? this.#photos.filter((slot) => slot.state === 'needed').length : 0,
      action: this.#stripAction(),
    };
  }

  #stripAction(): Action | null {
    if (this.#step === 'question' || this.#step === 'photos') return action('PHOTO', 'F4');
    if (this.#step.startsWith('stick')) return action('REPRINT', 'F5');
    return null;
  }

  #next(): Say {
    switch (this.#step) {
      case 'sign-in':
        return say(this.#badge === null ? 'next-scan-badge' : 'next-type-pin');
      case 'idle':
        return say(this.#parcel === null ? 'next-scan-parcel' : 'next-scan-item');
      case 'unexpected':
        return say('next-pick');
      case 'stick-number':
        return say('next-scan-number', { lpn: this.#number });
      case 'question':
        return say('next-answer', {
          keys: goods.questions[this.#question]?.third === true ? 'Y, N, 3' : 'Y, N',
        });
      case 'photos':
        return say('next-take-photo');
      case 'decision':
        return say('next-print');
      case 'stick-label':
        return say('next-scan-label', { lpn: this.#number });
      case 'stow':
        return say('next-scan-container', { container: goods.tote });
      case 'held':
        return say('next-held');
      case 'arrivals':
        return say('next-scan-parcel');
      case 'work':
        return say('next-pick');
      case 'container':
        return say('next-close-container');
    }
  }

  #actions(): Action[] {
    const help = action('HELP', 'F1');
    switch (this.#step) {
      case 'sign-in':
      case 'unexpected':
        return [help];
      case 'idle':
        return this.#parcel === null
          ? [action('ARRIVALS', 'A'), action('LOG-OFF', 'F12'), help]
          : [action('NO-LABEL', 'B'), action('EMPTY-BOX', 'E'), action('PARCEL-DONE', 'D'), help];
      case 'arrivals':
        return [action('ARRIVALS', 'A'), help];
      case 'container':
        return [help];
      case 'question':
        return [action('UNDO', 'F9'), action('HOLD', 'F8'), help];
      default:
        return [action('CANCEL', 'Esc'), action('HOLD', 'F8'), help];
    }
  }
}
