let context: AudioContext | undefined;

const NOTES = [
  { hertz: 659.25, at: 0 },
  { hertz: 880, at: 0.11 },
];
const LOUDNESS = 0.08;

/** Two soft notes. Silent where the browser allows no sound before a click. */
export function chime(): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  for (const { hertz, at } of NOTES) {
    const [tone, volume, from] = [context.createOscillator(), context.createGain(), context.currentTime + at];
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.5);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.55);
  }
}
