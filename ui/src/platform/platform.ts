import type { Coded, Notice, Reply, Request } from './types';

/** What a screen needs from its host. The only door between the rooms and whatever runs the bench. */
export interface Platform {
  /** Asks the bench; rejects with a {@link Coded}. */
  ask(request: Request): Promise<Reply>;
  /** Hears what the bench tells unasked, until the returned function is called. */
  listen(on: (notice: Notice) => void): () => void;
  /** Address of the camera's newest picture; `tick` only makes it a new address. */
  frameUrl(camera: string, tick: number): string;
  /** Address of a photo by its hash. */
  photoUrl(sha256: string): string;
  /** Address of the same photo in the size of a list. */
  smallPhotoUrl(sha256: string): string;
}

/** Anything thrown, as a refusal with a code. */
export function asCoded(thrown: unknown): Coded {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string') {
    const args =
      'args' in thrown && typeof thrown.args === 'object' && thrown.args !== null ? thrown.args : {};
    return {
      code: thrown.code,
      args: Object.fromEntries(Object.entries(args).map(([k, v]) => [k, String(v)])),
    };
  }
  return { code: 'bench-unreachable', args: {} };
}

/** Takes the host that this page runs in. */
export async function choosePlatform(): Promise<Platform> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauriPlatform();
  const seam = new URLSearchParams(location.search).get('seam');
  if (seam === 'http') return (await import('./http')).httpPlatform(location.origin);
  if (__SIMULATED__) return (await import('./simulated/simulated')).simulatedPlatform();
  throw { code: 'no-bench', args: {} } satisfies Coded;
}
