/** Drawings, as lines in the colour of the text. Beside words, so nobody is told of them. */
import type { JSX } from 'preact';
import type { ListedKind } from './kinds';

const shapes = {
  folder: 'M3 6.5A1.5 1.5 0 0 1 4.5 5h4l2 2.5h9A1.5 1.5 0 0 1 21 9v8.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5z',
  file: 'M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15.5 9.5h.01',
  video: 'M4 5h16v14H4zM10 9l5 3-5 3z',
  audio: 'M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  lines: 'M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M8 12h8M8 15h8M8 18h5',
  code: 'M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M10 12l-2 2.5 2 2.5M14 12l2 2.5-2 2.5',
  archive: 'M5 3h14v18H5zM12 3v2M12 7v2M12 11v2M10.5 15h3v3h-3z',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14',
  font: 'M5 19l6-14h2l6 14M7.5 14h9',
  up: 'M12 19V6M6 11l6-6 6 6',
  upload: 'M12 15V4M7 9l5-5 5 5M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4',
  download: 'M12 4v11M7 10l5 5 5-5M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4',
  newFolder:
    'M3 6.5A1.5 1.5 0 0 1 4.5 5h4l2 2.5h9A1.5 1.5 0 0 1 21 9v8.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5zM12 10.5v5M9.5 13h5',
  list: 'M4 6h16M4 12h16M4 18h16',
  grid: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z',
  close: 'M6 6l12 12M18 6L6 18',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5L20 20',
  pause: 'M8 5v14M16 5v14',
  play: 'M8 5l11 7-11 7z',
  retry: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v4h-4',
  pen: 'M4 20l1-4L16 5l3 3L8 19z',
  move: 'M4 12h15M14 7l5 5-5 5',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1',
  open: 'M13 5h6v6M19 5l-9 9M17 14v5H5V7h5',
  home: 'M4 11l8-7 8 7M6 10v10h12V10',
  camera: 'M4 8h4l1.5-2.5h5L16 8h4v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
} as const;

export type Shape = keyof typeof shapes;

const shapeOf: Readonly<Record<ListedKind, Shape>> = {
  ...{ folder: 'folder', picture: 'picture', video: 'video', audio: 'audio', pdf: 'lines', markdown: 'lines' },
  ...{ code: 'code', text: 'lines', archive: 'archive', document: 'lines', table: 'table', slides: 'picture' },
  ...{ font: 'font', file: 'file' },
};

export const Icon = ({ shape }: { readonly shape: Shape }): JSX.Element => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={shapes[shape]} />
  </svg>
);

export const KindIcon = ({ kind }: { readonly kind: ListedKind }): JSX.Element => (
  <span class={`kind kind-${kind}`}>
    <Icon shape={shapeOf[kind]} />
  </span>
);
