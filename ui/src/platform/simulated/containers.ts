import type { Coded, ContainerDetail, ContainerState, ContentLine, Disposition } from '../types';
import * as goods from './goods';
import { say } from './views';

interface Kept {
  container: string;
  code: string;
  state: ContainerState;
  disposition: Disposition;
  owner: string;
  contents: ContentLine[];
  printed: string | null;
}

const line = (n: number, title: string, grade: ContentLine['grade'], blocked = false): ContentLine => ({
  unit: `content-${n}`,
  lpn: goods.lpn(3000 + n),
  title,
  sku: `SKU-${n}`,
  serial: n % 2 === 0 ? `71K9-${n}` : null,
  grade,
  blocked,
});

/** Containers of the simulated dock. */
export class SimulatedContainers {
  #kept: Kept[] = [
    kept('c1', 'T-0231', 'OPEN', 'RESTOCK_B', [
      line(1, 'Aurel WH-900 headphones', 'B'),
      line(2, 'Halden rain jacket, W M', 'B'),
      line(3, 'Kettra kettle 1.7 L', 'B'),
    ]),
    kept('c2', 'T-0219', 'OPEN', 'LIQUIDATE', [
      line(4, 'Tavla 11 tablet 256 GB', 'C', true),
      line(5, 'Orra watch 44 mm, LTE', 'C'),
    ]),
    kept('c3', 'P-0007', 'CLOSED', 'RTV', [line(6, 'Senda 15 laptop, 16 GB', 'D')]),
    kept('c4', 'T-0240', 'OPEN', 'RECYCLE', []),
  ];

  list() {
    return this.#kept.filter((one) => one.state !== 'SHIPPED').map((one) => view(one));
  }

  detail(container: string): ContainerDetail {
    const one = this.#one(container);
    const stays = one.contents.filter((content) => content.blocked).map((content) => content.lpn);
    return {
      container: view(one),
      contents: structuredClone(one.contents),
      blocked:
        stays.length > 0
          ? say('units-blocked', { units: stays.join(', '), lpns: stays.join(', ') })
          : one.contents.length === 0
            ? say('container-empty')
            : null,
      printed: one.printed,
    };
  }

  close(container: string): ContainerDetail {
    this.#one(container).state = 'CLOSED';
    return this.detail(container);
  }

  ship(container: string): ContainerDetail {
    this.#one(container).state = 'SHIPPED';
    return this.detail(container);
  }

  print(container: string): ContainerDetail {
    const one = this.#one(container);
    one.printed = `/tmp/labels/contents-${one.code}.pdf`;
    return this.detail(container);
  }

  /** The container of a scanned code. */
  byCode(code: string): ContainerDetail | null {
    const one = this.#kept.find((each) => each.code === code && each.state !== 'SHIPPED');
    return one === undefined ? null : this.detail(one.container);
  }

  #one(container: string): Kept {
    const one = this.#kept.find((each) => each.container === container);
    if (one === undefined) throw { code: 'container-unknown', args: {} } satisfies Coded;
    return one;
  }
}

function kept(
  container: string,
  code: string,
  state: ContainerState,
  disposition: Disposition,
  contents: ContentLine[],
): Kept {
  return { container, code, state, disposition, owner: 'NLK', contents, printed: null };
}

function view(one: Kept) {
  const { container, code, state, disposition, owner } = one;
  return { container, code, state, disposition, owner, units: one.contents.length };
}
