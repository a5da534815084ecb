import { asCoded, type Platform } from './platform';
import type { Notice, Reply, Request } from './types';

/** The same seam over loopback HTTP, for tests that drive the real bench from a browser. */
export function httpPlatform(origin: string): Platform {
  return {
    async ask(request: Request): Promise<Reply> {
      const answer = await fetch(`${origin}/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      }).catch((thrown: unknown) => {
        throw asCoded(thrown);
      });
      if (answer.ok) return (await answer.json()) as Reply;
      throw asCoded(answer.status === 422 ? await answer.json() : undefined);
    },
    listen(on) {
      const source = new EventSource(`${origin}/notices`);
      source.onmessage = (message: MessageEvent<string>) => on(JSON.parse(message.data) as Notice);
      return () => source.close();
    },
    frameUrl: (camera, tick) => `${origin}/frame/${encodeURIComponent(camera)}?${tick}`,
    photoUrl: (sha256) => `${origin}/photo/${encodeURIComponent(sha256)}`,
    smallPhotoUrl: (sha256) => `${origin}/photo/${encodeURIComponent(sha256)}/small`,
  };
}
