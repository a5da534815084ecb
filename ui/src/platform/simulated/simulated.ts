import type { Platform } from '../platform';
import type { Reply, Request } from '../types';
import { SimulatedBench } from './bench';
import box from './pictures/headphones-box.svg';
import live from './pictures/headphones-live.svg';
import plate from './pictures/headphones-plate.svg';
import mat from './pictures/mat-empty.svg';
import tablet from './pictures/tablet-evidence.svg';
import { SimulatedRooms } from './rooms';

const photos: Record<string, string> = { serial_plate: plate, condition: box, tablet };

/** A bench that exists only in the page, for design work and UI tests. Nothing is saved; the screen says so. */
export function simulatedPlatform(): Platform {
  const bench = new SimulatedBench();
  const rooms = new SimulatedRooms(bench);

  function answer(request: Request): Reply {
    switch (request.ask) {
      case 'screen':
        return { reply: 'screen', body: bench.screen() };
      case 'scan':
        return { reply: 'screen', body: bench.scan(request.text) };
      case 'press':
        return { reply: 'screen', body: bench.press(request.command) };
      case 'acknowledge':
        return { reply: 'screen', body: bench.acknowledge() };
      default:
        return rooms.answer(request);
    }
  }

  return {
    ask: async (request) => Promise.resolve(answer(request)),
    listen(on) {
      bench.listen(on);
      return () => bench.listen(() => undefined);
    },
    // The tick must make a new address, as with the real camera.
    frameUrl: (_camera, tick) => `${bench.screen().stage.stage === 'idle' ? mat : live}?${tick}`,
    photoUrl: (sha256) => photos[sha256] ?? box,
    smallPhotoUrl: (sha256) => `${photos[sha256] ?? box}#small`,
  };
}
