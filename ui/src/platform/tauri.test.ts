import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, expect, test, vi } from 'vitest';
import { tauriPlatform } from './tauri';

afterEach(() => clearMocks());

test('asks the one command of the shell', async () => {
  const ipc = vi.fn<(command: string, payload: unknown) => unknown>();
  ipc.mockReturnValue({ reply: 'found', body: [] });
  mockIPC((command, payload) => ipc(command, payload));
  expect(await tauriPlatform().ask({ ask: 'find', query: 'tablet' })).toEqual({ reply: 'found', body: [] });
  expect(ipc).toHaveBeenCalledWith('ask', { request: { ask: 'find', query: 'tablet' } });
});

test('a refusal of the shell keeps its code', async () => {
  mockIPC(() => {
    throw { code: 'supervisor-only', args: {} };
  });
  await expect(tauriPlatform().ask({ ask: 'review-queue' })).rejects.toEqual({
    code: 'supervisor-only',
    args: {},
  });
});

test('listens on one channel', () => {
  const ipc = vi.fn();
  mockIPC((command, payload) => ipc(command, payload));
  tauriPlatform().listen(() => undefined);
  expect(ipc).toHaveBeenCalledWith('listen', { channel: expect.anything() as unknown });
});

test('pictures come by their own schemes', () => {
  mockIPC(() => undefined);
  const linux = tauriPlatform();
  expect(linux.frameUrl('camera', 3)).toBe('frame://localhost/camera?3');
  expect(linux.photoUrl('ab12')).toBe('photo://localhost/ab12');
  expect(linux.smallPhotoUrl('ab12')).toBe('photo://localhost/ab12/small');
  vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Mozilla/5.0 (Windows NT 10.0; Win64; x64)');
  expect(tauriPlatform().frameUrl('camera', 3)).toBe('http://frame.localhost/camera?3');
});
