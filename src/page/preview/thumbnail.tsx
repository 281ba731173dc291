/** A picture, drawn small: a few at a time, and only those that are seen. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Pixels of the longer side. */
const side = 256;
/** Larger files are not fetched for a thumbnail. In octets. */
export const largestThumbnail = 32 * 1024 * 1024;
/** Most that are remembered. */
const most = 400;

/** By address and version: drawings, the one used last at the end. */
const drawn = new Map<string, ImageBitmap>();
/** Those that are drawn now, and those that wait. */
let running = 0;
const waiting: (() => void)[] = [];

async function turn(): Promise<void> {
  if (running >= 3) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
}

function leave(): void {
  running--;
  waiting.pop()?.();
}

async function draw(url: string, signal: AbortSignal): Promise<ImageBitmap | undefined> {
  await turn();
  try {
    signal.throwIfAborted();
    const blob = await (await fetch(url, { signal })).blob();
    const whole = await createImageBitmap(blob);
    const scale = Math.min(1, side / Math.max(whole.width, whole.height));
    const [resizeWidth, resizeHeight] = [whole.width, whole.height].map((each) =>
      Math.max(1, Math.round(each * scale)),
    );
    if (resizeWidth === undefined || resizeHeight === undefined) return whole;
    const small = await createImageBitmap(whole, { resizeWidth, resizeHeight, resizeQuality: 'medium' });
    whole.close();
    return small;
  } catch {
    // Whatever the file is, it has an icon.
    return undefined;
  } finally {
    leave();
  }
}

function remember(key: string, bitmap: ImageBitmap): void {
  drawn.delete(key);
  drawn.set(key, bitmap);
  const [oldest] = drawn.keys();
  if (drawn.size > most && oldest !== undefined) drawn.delete(oldest);
}

interface Props {
  readonly url: string;
  /** Changes when the picture does. */
  readonly version: string;
  /** What is shown until there is a drawing, and where there will be none. */
  readonly children: JSX.Element;
}

export function Thumbnail({ url, version, children }: Props): JSX.Element {
  const key = `${url} ${version}`;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [bitmap, setBitmap] = useState(drawn.get(key));
  useEffect(() => {
    const known = drawn.get(key);
    setBitmap(known);
    if (known !== undefined) return undefined;
    const controller = new AbortController();
    void draw(url, controller.signal).then((made) => {
      if (made === undefined) return;
      remember(key, made);
      if (!controller.signal.aborted) setBitmap(made);
    });
    return () => controller.abort();
  }, [key]);
  useEffect(() => {
    if (bitmap !== undefined) canvas.current?.getContext('2d')?.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  if (bitmap === undefined) return children;
  return <canvas ref={canvas} class="thumbnail" width={bitmap.width} height={bitmap.height} aria-hidden="true" />;
}
