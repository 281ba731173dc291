/** A dialog. The browser keeps the keyboard within. */
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { shownName } from '../common/fileNames';

interface BoxProps {
  /** May have the name of a file in it. */
  readonly title: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Box({ title, className, onClose, children }: BoxProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // The browser gives the keyboard back to where it was, but only of a dialog that is closed, not of one that is gone.
    return () => current?.close();
  }, []);
  const cancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  const closeOutside = (event: MouseEvent): void => {
    if (event.target === dialog.current) onClose();
  };
  return (
    <dialog ref={dialog} class={className} aria-label={shownName(title)} onCancel={cancel} onClick={closeOutside}>
      {children}
    </dialog>
  );
}
