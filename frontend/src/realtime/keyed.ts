// Values by key outside React, with listeners by key that are told once a frame.
//
// A page that shows 40 of 10,000 rows redraws only those that changed, and a hidden tab, which
// draws no frames, nothing at all.

type Listener = () => void;

export class Keyed<Value> {
  protected readonly values = new Map<string, Value>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly all = new Set<(keys: string[]) => void>();
  private readonly touched = new Set<string>();
  private frame = 0;

  get(key: string): Value | undefined {
    return this.values.get(key);
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  set(key: string, value: Value): void {
    if (this.values.get(key) === value) return;
    this.values.set(key, value);
    this.touch(key);
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.touch(key);
  }

  clear(): void {
    for (const key of [...this.values.keys()]) this.delete(key);
  }

  subscribe(key: string, listener: Listener): () => void {
    const all = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size === 0 && this.listeners.get(key) === all) this.listeners.delete(key);
    };
  }

  /** Calls `listener` once a frame with the keys that changed. Returns how to stop that. */
  onAny(listener: (keys: string[]) => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  /** Keys that something on the page listens to. */
  watched(): string[] {
    return [...this.listeners.keys()];
  }

  private touch(key: string): void {
    this.touched.add(key);
    this.frame ||= requestAnimationFrame(this.flush);
  }

  private readonly flush = (): void => {
    this.frame = 0;
    const keys = [...this.touched];
    this.touched.clear();
    for (const listener of this.all) listener(keys);
    for (const key of keys) {
      for (const listener of [...(this.listeners.get(key) ?? [])]) listener();
    }
  };
}
