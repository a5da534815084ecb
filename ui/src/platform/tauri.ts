import { Channel, invoke } from '@tauri-apps/api/core';
import { asCoded, type Platform } from './platform';
import type { Notice, Reply, Request } from './types';

/** The desktop shell: one command, one channel, two address schemes. */
export function tauriPlatform(): Platform {
  // WebView2 has no custom schemes of its own: there they are hosts under localhost.
  const windows = navigator.userAgent.includes('Windows');
  const base = (scheme: string) => (windows ? `http://${scheme}.localhost` : `${scheme}://localhost`);

  return {
    async ask(request: Request): Promise<Reply> {
      try {
        return await invoke<Reply>('ask', { request });
      } catch (thrown) {
        throw asCoded(thrown);
      }
    },
    listen(on) {
      const channel = new Channel<Notice>();
      let heard = true;
      channel.onmessage = (notice) => {
        if (heard) on(notice);
      };
      void invoke('listen', { channel });
      return () => {
        heard = false;
      };
    },
    frameUrl: (camera, tick) => `${base('frame')}/${encodeURIComponent(camera)}?${tick}`,
    photoUrl: (sha256) => `${base('photo')}/${encodeURIComponent(sha256)}`,
    smallPhotoUrl: (sha256) => `${base('photo')}/${encodeURIComponent(sha256)}/small`,
  };
}
