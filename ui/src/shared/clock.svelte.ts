/** The station's clock as the window shows it: the bench's last word, carried on by this computer's timer. */
class Clock {
  #offset_ms = 0;
  now = $state(new Date());

  /** The bench said what time it is (RFC 3339). */
  set(at: string): void {
    const said = Date.parse(at);
    if (Number.isNaN(said)) return;
    this.#offset_ms = said - Date.now();
    this.#tick();
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    const timer = setInterval(() => this.#tick(), 5_000);
    return () => clearInterval(timer);
  }

  #tick(): void {
    this.now = new Date(Date.now() + this.#offset_ms);
  }
}

export const clock = new Clock();
