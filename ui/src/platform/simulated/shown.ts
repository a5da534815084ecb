import type {
  Action,
  ArrivedParcel,
  Band,
  CameraStrip,
  ContainerDetail,
  Disposition,
  Grade,
  OperatorView,
  ParcelView,
  PhotoSlot,
  RecentUnit,
  Say,
  Stage,
  UnitHead,
} from '../types';
import type { SimulatedContainers } from './containers';
import * as goods from './goods';
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

/** How far the walk has come: all that the screen is made of. */
export interface Walk {
  step: Step;
  badge: OperatorView | null;
  /** Digits of the PIN so far. */
  typed: string;
  band: Band;
  arrived: ArrivedParcel[];
  parcel: ParcelView | null;
  /** The container that is looked at. */
  open: ContainerDetail | null;
  work_since: string | null;
  counter: number;
  number: string;
  question: number;
  grade: Grade;
  photos: PhotoSlot[];
  chips: ReturnType<typeof goods.newChips>;
  today: { received: number; dispositioned: number; staged: number; waiting: number };
  recent: RecentUnit[];
}

export function beginning(): Walk {
  return {
    step: 'sign-in',
    badge: null,
    typed: '',
    band: { tone: 'ready', say: say('ready'), at: null, beside: null, saved: null, blink: 0 },
    arrived: [],
    parcel: null,
    open: null,
    work_since: null,
    counter: 926,
    number: '',
    question: 0,
    grade: 'A',
    photos: [],
    chips: goods.newChips(),
    today: { received: 0, dispositioned: 0, staged: 0, waiting: 0 },
    recent: [],
  };
}

export function unitOf(at: Walk): UnitHead {
  return {
    unit: `unit-${at.counter}`,
    lpn: at.number,
    title: 'Aurel WH-900 headphones',
    sku: 'WH900-BK',
    rma: '26-118402',
    owner: 'NLK',
    reason: 'CHANGED_MIND',
    preference: 'REFUND',
    holds: at.step === 'held' ? ['SUPERVISOR'] : [],
    saved: 'here',
  };
}

export function dispositionOf(at: Walk): Disposition {
  const goes = {
    N: 'RESTOCK',
    A: 'RESTOCK',
    B: 'RESTOCK_B',
    C: 'LIQUIDATE',
    D: 'HARVEST_PARTS',
    X: 'QUARANTINE',
  } as const;
  return goes[at.grade];
}

export function stageOf(at: Walk, containers: SimulatedContainers): Stage {
  const unit = unitOf(at);
  switch (at.step) {
    case 'sign-in':
      return { stage: 'sign-in', operator: at.badge, digits: at.typed.length, locked_seconds: null };
    case 'idle':
      return {
        stage: 'idle',
        today: { ...at.today },
        recent: at.recent.map((one) => ({ ...one, head: { ...one.head } })),
        parcel: at.parcel === null ? null : structuredClone(at.parcel),
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
      return { stage: 'stick-number', unit, label: labelView(at, null) };
    case 'question':
      return questionStage(unit, at.question, at.chips);
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
      return decisionStage(unit, at.grade, dispositionOf(at), at.chips);
    case 'stick-label':
      return {
        stage: 'stick-label',
        unit,
        grade: at.grade,
        label: labelView(at, dispositionOf(at)),
        container: goods.tote,
      };
    case 'stow':
      return {
        stage: 'stow',
        unit,
        grade: at.grade,
        disposition: dispositionOf(at),
        container: goods.tote,
      };
    case 'arrivals': {
      const counted = at.arrived.filter((one) => !one.again).length;
      return { stage: 'arrivals', arrived: [...at.arrived], today: counted, waiting: counted + 3 };
    }
    case 'work': {
      const work = { since: at.work_since, choices: workChoices(at.work_since !== null) };
      return { stage: 'work', unit, findings: ['STAIN', 'TAG_MISSING'], work };
    }
    case 'container': {
      const container = at.open ?? containers.detail('c1');
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

function labelView(at: Walk, disposition: Disposition | null) {
  return {
    disposition,
    lpn: at.number,
    print_number: disposition === null ? 0 : 1,
    png: goods.labelPicture(at.number, disposition?.replace('_', ' ') ?? null),
    pending: false,
    stuck: false,
  };
}

export function stripOf(at: Walk): CameraStrip {
  const walking = !['idle', 'unexpected', 'arrivals', 'container', 'work'].includes(at.step);
  return {
    camera: 'camera',
    state: 'looking',
    photos: walking ? at.photos.map((slot) => ({ ...slot })) : [],
    photos_needed: walking ? at.photos.filter((slot) => slot.state === 'needed').length : 0,
    action: stripAction(at),
  };
}

function stripAction(at: Walk): Action | null {
  if (at.step === 'question' || at.step === 'photos') return action('PHOTO', 'F4');
  if (at.step.startsWith('stick')) return action('REPRINT', 'F5');
  return null;
}

export function nextOf(at: Walk): Say {
  switch (at.step) {
    case 'sign-in':
      return say(at.badge === null ? 'next-scan-badge' : 'next-type-pin');
    case 'idle':
      return say(at.parcel === null ? 'next-scan-parcel' : 'next-scan-item');
    case 'unexpected':
      return say('next-pick');
    case 'stick-number':
      return say('next-scan-number', { lpn: at.number });
    case 'question':
      return say('next-answer', {
        keys: goods.questions[at.question]?.third === true ? 'Y, N, 3' : 'Y, N',
      });
    case 'photos':
      return say('next-take-photo');
    case 'decision':
      return say('next-print');
    case 'stick-label':
      return say('next-scan-label', { lpn: at.number });
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

export function actionsOf(at: Walk): Action[] {
  const help = action('HELP', 'F1');
  switch (at.step) {
    case 'sign-in':
    case 'unexpected':
      return [help];
    case 'idle':
      return at.parcel === null
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
