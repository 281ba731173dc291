/** A dialog. The browser keeps the keyboard within. */
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface BoxProps {
  readonly title: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Box({ title, className, onClose, children }: BoxProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  const cancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  const closeOutside = (event: MouseEvent): void => {
    if (event.target === dialog.current) onClose();
  };
  return (
    <dialog ref={dialog} class={className} aria-label={title} onCancel={cancel} onClick={closeOutside}>
      {children}
    </dialog>
  );
}
