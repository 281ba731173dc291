/** State that components look at: a value, replaced as a whole, and told of when it is. */
import { useEffect, useState } from 'preact/hooks';

export class PageStore<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  /** Puts some of its parts in the place of the old ones. */
  set(change: Partial<T>): void {
    this.value = { ...this.value, ...change };
    for (const listener of this.listeners) listener();
  }

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** What `select` takes from the store, as it is now; the component is drawn again when that is another value. */
export function useStore<T, V>(store: PageStore<T>, select: (value: T) => V): V {
  const selected = select(store.get());
  const [, setSeen] = useState(selected);
  useEffect(() => {
    const look = (): void => setSeen(() => select(store.get()));
    look();
    return store.subscribe(look);
  }, [store]);
  return selected;
}
