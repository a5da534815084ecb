import type { Screen } from '../platform/types';

/** Where the walk stands: changes with every new step, not with what only decorates it. */
export function place(screen: Screen): string {
  const { stage } = screen;
  const unit = 'unit' in stage ? (stage.unit?.unit ?? '') : '';
  switch (stage.stage) {
    case 'sign-in':
      return `sign-in ${stage.operator?.initials ?? ''}`;
    case 'idle':
      return `idle ${stage.parcel?.tracking ?? ''} ${stage.parcel?.rmas.join(' ') ?? ''}`;
    case 'pick':
      return `pick ${stage.ask.code} ${unit}`;
    case 'question':
      return `question ${stage.number} ${unit}`;
    case 'work':
      return `work ${stage.work.since === null ? 'begin' : 'end'} ${unit}`;
    case 'container':
      return `container ${stage.container.container.container}`;
    default:
      return `${stage.stage} ${unit}`;
  }
}
