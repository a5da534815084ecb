import type { Stage } from '../../platform/types';

/** What a stage is about, without words: for those who look at the page from outside. */
export interface About {
  lpn: string;
  grade: string;
  disposition: string;
  /** A label is on its way to the printer. */
  printing: boolean;
}

export function about(stage: Stage): About {
  const label = 'label' in stage ? stage.label : null;
  return {
    lpn: label?.lpn ?? ('unit' in stage ? (stage.unit?.lpn ?? '') : ''),
    grade: 'grade' in stage ? stage.grade : '',
    disposition: dispositionOf(stage) ?? '',
    printing: label?.pending ?? false,
  };
}

function dispositionOf(stage: Stage): string | null | undefined {
  switch (stage.stage) {
    case 'decision':
      return stage.decision?.disposition;
    case 'stick-label':
      return stage.label.disposition;
    case 'container':
      return stage.container.container.disposition;
    case 'stow':
      return stage.disposition;
    default:
      return null;
  }
}
