import described from '../../../../assets/sounds/cues.json';
import type { Cue } from '../../platform/types';

interface Beat {
  from_hz: number;
  to_hz: number;
  ms: number;
  pause_ms: number;
}

const cues = described as Record<Cue, { shape: OscillatorType; beats: Beat[] }>;
// Square waves sound louder than sines of the same height.
const loudness: Partial<Record<OscillatorType, number>> = { square: 0.35, triangle: 0.9 };
let context: AudioContext | undefined;

/** Lets the browser sound: it waits for the first key or touch. */
export function wakeSound(): void {
  if (context?.state === 'suspended') void context.resume();
}

/** Plays a cue; `volume` from 0 (silent) to 1. */
export function playCue(cue: Cue, volume: number): void {
  if (volume <= 0 || typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  wakeSound();
  const { shape, beats } = cues[cue];
  let at = context.currentTime + 0.01;
  for (const beat of beats) {
    sound(context, shape, beat, at, volume * (loudness[shape] ?? 1));
    at += (beat.ms + beat.pause_ms) / 1000;
  }
}

function sound(on: AudioContext, shape: OscillatorType, beat: Beat, at: number, volume: number): void {
  const end = at + beat.ms / 1000;
  const tone = on.createOscillator();
  const gain = on.createGain();
  tone.type = shape;
  tone.frequency.setValueAtTime(beat.from_hz, at);
  tone.frequency.linearRampToValueAtTime(beat.to_hz, end);
  // Short ramps, or each beat clicks.
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.006);
  gain.gain.setValueAtTime(volume, end - 0.008);
  gain.gain.linearRampToValueAtTime(0, end);
  tone.connect(gain).connect(on.destination);
  tone.start(at);
  tone.stop(end + 0.01);
}
