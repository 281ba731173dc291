/** Files and folders that are dropped anywhere, or pasted. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../common/icons';
import { fromDrop, fromFiles, named } from '../upload/gather';
import { words, type Model } from './model';

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;

export function DropZone({ model }: { readonly model: Model }): JSX.Element | null {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    /** Elements that the pointer is in, one within the other. */
    let depth = 0;
    const set = (next: number): void => {
      depth = Math.max(0, next);
      setOver(depth > 0);
    };
    const handlers: { readonly [K in keyof DocumentEventMap]?: (event: DocumentEventMap[K]) => void } = {
      dragenter: (event) => hasFiles(event) && model.mayUpload && set(depth + 1),
      dragleave: (event) => hasFiles(event) && set(depth - 1),
      dragover: (event) => hasFiles(event) && event.preventDefault(),
      drop: (event) => {
        set(0);
        if (!hasFiles(event)) return;
        // Else the browser would show the file in the place of the page.
        event.preventDefault();
        if (model.mayUpload && event.dataTransfer !== null) void take(model, event.dataTransfer);
      },
      paste: (event) => paste(model, event),
    };
    const all = Object.entries(handlers) as [string, EventListener][];
    for (const [name, handler] of all) document.addEventListener(name, handler);
    return () => {
      for (const [name, handler] of all) document.removeEventListener(name, handler);
    };
  }, [model]);
  if (!isOver) return null;
  return (
    <div class="drop">
      <p>
        <Icon shape="upload" />
        {words.dropHere}
      </p>
    </div>
  );
}

async function take(model: Model, transfer: DataTransfer): Promise<void> {
  const { place } = model;
  try {
    await model.queue.add(place, await fromDrop(transfer));
  } catch (error) {
    model.complain(error);
  }
}

function paste(model: Model, event: ClipboardEvent): void {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0 || !model.mayUpload) return;
  event.preventDefault();
  const now = new Date();
  void model.queue.add(model.place, fromFiles(files.map((file) => named(file, now))));
}
