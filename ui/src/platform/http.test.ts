// @vitest-environment node
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpPlatform } from './http';

let server: Server;
let origin = '';
const asked: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url !== '/ask' || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const question = JSON.parse(body) as { ask: string };
      asked.push(question);
      if (question.ask === 'sync') response.end(JSON.stringify({ reply: 'sync', body: { lanes: [] } }));
      else if (question.ask === 'press')
        response.writeHead(422).end(JSON.stringify({ code: 'held', args: { reasons: 'DATA' } }));
      else response.writeHead(500).end('panicked');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('asks and is answered', async () => {
  expect(await httpPlatform(origin).ask({ ask: 'sync' })).toEqual({ reply: 'sync', body: { lanes: [] } });
  expect(asked.at(-1)).toEqual({ ask: 'sync' });
});

test('a refusal keeps its code and arguments', async () => {
  await expect(httpPlatform(origin).ask({ ask: 'press', command: 'NEXT' })).rejects.toEqual({
    code: 'held',
    args: { reasons: 'DATA' },
  });
});

test('anything else is a bench that does not answer', async () => {
  await expect(httpPlatform(origin).ask({ ask: 'devices' })).rejects.toEqual({
    code: 'bench-unreachable',
    args: {},
  });
  await expect(httpPlatform('http://127.0.0.1:9').ask({ ask: 'sync' })).rejects.toEqual({
    code: 'bench-unreachable',
    args: {},
  });
});

test('pictures have addresses', () => {
  const platform = httpPlatform('http://127.0.0.1:7');
  expect(platform.frameUrl('camera 1', 5)).toBe('http://127.0.0.1:7/frame/camera%201?5');
  expect(platform.photoUrl('ab12')).toBe('http://127.0.0.1:7/photo/ab12');
  expect(platform.smallPhotoUrl('ab12')).toBe('http://127.0.0.1:7/photo/ab12/small');
});
