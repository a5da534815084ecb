import type {
  CameraCheck,
  CameraSetup,
  Coded,
  DevicesView,
  MakerView,
  MatView,
  ScaleSetup,
  TestCode,
  UsbView,
} from '../types';
import { qr } from './goods';
import { placeOf } from './scanners';

/** Camera and scale of the simulated bench, and the makers' codes. */
export class Instruments {
  #camera: CameraSetup | null = {
    kind: 'mjpeg-http',
    place: 'http://127.0.0.1:8090/cam',
    user: 'dock',
    password: null,
    fps: null,
    repeat: true,
  };
  #scale: ScaleSetup | null = {
    path: '/dev/pts/9',
    protocol: 'mt-sics',
    baud: 9600,
    data_bits: 'eight',
    parity: 'none',
    stop_bits: 'one',
    flow: 'none',
  };
  #mat: MatView | null = null;

  /** The device room with this camera and scale in it. */
  view(devices: DevicesView): DevicesView {
    const place = { camera: this.#camera?.place, scale: this.#scale === null ? '' : placeOf(this.#scale) };
    const here = devices.devices
      .map((one) =>
        one.kind === 'camera' || one.kind === 'scale' ? { ...one, place: place[one.kind] ?? '' } : one,
      )
      .filter((one) => one.place !== '');
    const listed = devices.listed.map((one) =>
      one.usb !== null && one.usb === place.scale ? { ...one, device: 'scale' } : one,
    );
    return {
      ...devices,
      devices: here,
      listed,
      camera: this.#camera,
      camera_kinds: { usb: false, rtsp: false },
      scale: this.#scale,
    };
  }

  saveCamera(setup: CameraSetup): void {
    if (setup.place.trim() === '') throw refusal('camera-setup-empty');
    if (setup.kind === 'mjpeg-http' && !/^https?:\/\/./.test(setup.place)) {
      throw refusal('camera-setup-address', { place: setup.place });
    }
    this.#camera = { ...setup, password: null };
    this.#mat = null;
  }

  /** `usb`: what is plugged in where it is to be bound. */
  saveScale(setup: ScaleSetup, usb: UsbView | null): void {
    const bound = usb === null ? setup : { ...setup, path: '', usb };
    if (bound.path === '' && bound.usb === undefined) throw refusal('scale-setup-empty');
    if (setup.baud === 0) throw refusal('scale-setup-baud');
    this.#scale = bound;
  }

  remove(kind: 'camera' | 'scale'): void {
    if (kind === 'camera') this.#camera = null;
    else this.#scale = null;
  }

  takeMat(taken: boolean): void {
    this.#mat = taken ? { taken: new Date().toISOString(), empty_now: true } : null;
  }

  check(): CameraCheck {
    return {
      blur_px: 0.7,
      brightness: 142,
      black_percent: 0.4,
      white_percent: 3.1,
      evenness_percent: 81,
      flaws: [{ code: 'picture-glare', args: {} }],
      verdicts: [
        { what: 'sharpness', fine: true },
        { what: 'exposure', fine: true },
        { what: 'glare', fine: false },
        { what: 'evenness', fine: true },
      ],
      mat: this.#mat,
      mat_code: qr('YES'),
    };
  }
}

/** One maker whose codes are public, one whose guide has to be opened. */
export const makers: MakerView[] = [
  {
    maker: 'Honeywell',
    models: 'Xenon, Voyager, Genesis, Granit',
    steps: [
      {
        does: 'usb-serial',
        code: bars('TRMUSB130.'),
        source: 'User’s guide, chapter 10, “Serial Programming Commands”',
        guide: 'Terminal Interfaces: USB Serial',
      },
      {
        does: 'aim-identifiers',
        code: null,
        source: null,
        guide: 'Data Editing: Add Prefix, all symbologies (99), AIM I.D., Save',
      },
    ],
  },
  {
    maker: 'Zebra',
    models: 'DS2208, DS4608, LI2208',
    steps: [
      {
        does: 'usb-serial',
        code: null,
        source: null,
        guide: 'USB Interface, USB Device Type: USB CDC Host',
      },
      {
        does: 'aim-identifiers',
        code: null,
        source: null,
        guide: 'Transmit Code ID Character: AIM Code ID Character',
      },
    ],
  },
];

/** Bars that look like a code and are none. */
function bars(text: string): TestCode {
  const path = Array.from({ length: 40 }, (_, n) => `M${10 + n * 4} 0h${1 + (n % 3)}v40h-${1 + (n % 3)}z`);
  return { text, svg_path: path.join(''), width: 180, height: 40 };
}

function refusal(code: string, args: Record<string, string> = {}): Coded {
  return { code, args };
}
