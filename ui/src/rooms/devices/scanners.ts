import type { CameraSetup, ScaleSetup, ScannerSetup } from '../../platform/types';

/** What each setting of a scanner can be, the usual first. */
export const choices = {
  protocol: ['plain', 'ssi'],
  data_bits: ['eight', 'seven'],
  parity: ['none', 'even', 'odd'],
  stop_bits: ['one', 'two'],
  flow: ['none', 'hardware', 'software'],
  suffix: ['cr', 'lf', 'cr-lf', 'stx-etx', 'none'],
  encoding: ['utf-8', 'iso-8859-1', 'windows-1252', 'shift-jis'],
  answer: ['none', 'ack', 'bell', 'host-ack', 'escape'],
} as const;

/** A scanner as most leave the factory, under a name that is still free. */
export function freshScanner(taken: string[]): ScannerSetup {
  let number = 1;
  while (taken.includes(`scanner-${number}`)) number += 1;
  return {
    id: `scanner-${number}`,
    path: '',
    protocol: 'plain',
    baud: 9600,
    data_bits: 'eight',
    parity: 'none',
    stop_bits: 'one',
    flow: 'none',
    suffix: { kind: 'cr' },
    prefix: [],
    max_len: 4096,
    duplicate_window_ms: 0,
    encoding: 'utf-8',
    answer: 'none',
  };
}

/** A camera on the network, as most benches have one. */
export function freshCamera(): CameraSetup {
  return { kind: 'mjpeg-http', place: '', user: '', password: null, fps: null, repeat: true };
}

/** A scale as most leave the factory. */
export function freshScale(): ScaleSetup {
  return {
    path: '',
    protocol: 'mt-sics',
    baud: 9600,
    data_bits: 'eight',
    parity: 'none',
    stop_bits: 'one',
    flow: 'none',
  };
}
