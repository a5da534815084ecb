import type { DevicesView, PortView, RawChunk, ScannerSetup, TestCode, UsbView } from '../types';
import * as goods from './goods';

const port = (path: string, name: string, usb: string, twin: boolean): PortView => ({
  path,
  name,
  usb,
  device: null,
  twin,
});

/** The scanners of the simulated bench: one on a path, three to plug in, two of which look the same. */
export class Scanners {
  #setups: ScannerSetup[] = [
    {
      id: 'scanner',
      path: '/dev/pts/7',
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
    },
  ];
  readonly #ports: PortView[] = [
    port('/dev/ttyACM0', 'Zebra DS2208', 'USB 05e0:1701 S22040523', false),
    port('/dev/ttyACM1', 'Newland HR52', 'USB 1eab:1d06 @1-2.1', true),
    port('/dev/ttyACM2', 'Newland HR52', 'USB 1eab:1d06 @1-2.2', true),
  ];

  view(): DevicesView {
    const [scanner, ...rest] = goods.devices(new Date().toISOString());
    const devices = this.#setups.flatMap((setup) =>
      scanner === undefined ? [] : [{ ...scanner, device: setup.id, place: placeOf(setup) }],
    );
    const listed = this.#ports.map((one) => ({
      ...one,
      device: this.#setups.find((setup) => placeOf(setup) === one.usb)?.id ?? null,
    }));
    return {
      devices: [...devices, ...rest],
      ports: listed.map((one) => one.path),
      listed,
      scanners: this.#setups,
      camera: null,
      camera_kinds: { usb: false, rtsp: false },
      scale: null,
    };
  }

  setPath(device: string, path: string): void {
    const setup = this.#setups.find((one) => one.id === device);
    if (setup !== undefined) setup.path = path;
  }

  /** What is plugged in at a port. */
  pluggedIn(port: string | null): UsbView | null {
    const usb = this.#ports.find((one) => one.path === port)?.usb ?? null;
    return usb === null ? null : usbOf(usb);
  }

  save(setup: ScannerSetup, bind: string | null): void {
    const usb = this.pluggedIn(bind);
    const saved = usb === null ? setup : { ...setup, path: '', usb };
    if (this.#setups.some((one) => one.id === saved.id)) {
      this.#setups = this.#setups.map((one) => (one.id === saved.id ? saved : one));
    } else {
      this.#setups = [...this.#setups, saved];
    }
  }

  remove(device: string): void {
    this.#setups = this.#setups.filter((one) => one.id !== device);
  }

  raw(after: number): RawChunk[] {
    const bytes = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
    const chunk = (number: number, gap_ms: number, text: string, sent = false): RawChunk => ({
      number,
      gap_ms,
      bytes: bytes(text),
      skipped: 0,
      sent,
    });
    const all = [
      chunk(1, 0, ']C10109520123400149\u001d21X7\r'),
      chunk(2, 4, '\u0006', true),
      chunk(3, 2140, 'RS:U:000100000475\r'),
    ];
    return all.filter((one) => one.number > after);
  }

  testCode(): TestCode {
    return { text: 'RS:TEST', svg_path: 'M10 0h2v40h-2zM13 0h1v40h-1zM18 0h3v40h-3z', width: 31, height: 40 };
  }
}

/** Where a scanner or scale is looked for, as the bench says it. */
export function placeOf(setup: { path: string; usb?: UsbView }): string {
  if (setup.usb === undefined) return setup.path;
  const { vendor, product, serial, socket } = setup.usb;
  const hex = (n: number): string => n.toString(16).padStart(4, '0');
  return `USB ${hex(vendor)}:${hex(product)}${serial === undefined ? '' : ` ${serial}`}${socket === undefined ? '' : ` @${socket}`}`;
}

function usbOf(text: string): UsbView {
  const [, vendor = '0', product = '0', rest = ''] = /^USB (\w+):(\w+) (.*)$/.exec(text) ?? [];
  const of = { vendor: Number.parseInt(vendor, 16), product: Number.parseInt(product, 16) };
  return rest.startsWith('@') ? { ...of, socket: rest.slice(1) } : { ...of, serial: rest };
}
